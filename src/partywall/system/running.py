"""A program run to its end, in a session of its own, or ended before."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from partywall.interfaces import ENDED, Completed
from partywall.model.errors import MachineFailed

_PAUSE = 0.02
_GRACE = 5.0
"""Seconds from the request to end to the end by force."""


def run(
    words: Sequence[str],
    *,
    environment: Mapping[str, str],
    seconds: float,
    given_up: Callable[[], bool],
    end: Callable[[], None] = lambda: None,
) -> Completed:
    """Run a program, and keep what it writes, however much that is.

    Args:
        words: the argument list.
        environment: all its variables.
        seconds: after which it is ended.
        given_up: asked again and again: whether it shall be ended.
        end: ends what is not ended with the program, such as a container.

    Raises:
        MachineFailed: when it cannot be started.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            started = subprocess.Popen(
                words,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            what = f"{Path(words[0]).name} cannot be started: {error.strerror}"
            raise MachineFailed(what) from error
        try:
            code = _waited(started, seconds, given_up)
        finally:
            if started.returncode is None:
                end()
                stop(started)
        return Completed(code=code, out=text(out.fileno()), err=text(err.fileno()))


def _waited(started: subprocess.Popen[bytes], seconds: float, given_up: Callable[[], bool]) -> int:
    """Its exit code, or that of one that has to be ended."""
    deadline = time.monotonic() + seconds
    while started.poll() is None:
        if given_up() or time.monotonic() > deadline:
            return ENDED
        time.sleep(_PAUSE)
    return int(started.returncode)


def stop(started: subprocess.Popen[bytes]) -> None:
    """End a program that has a session of its own, with all that it has started."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(_GRACE)
            return


def text(handle: int) -> str:
    """All of a file that a program has written into."""
    size = os.fstat(handle).st_size
    return os.pread(handle, size, 0).decode(errors="replace")
