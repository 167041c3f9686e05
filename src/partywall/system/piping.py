"""Programs whose output goes into a file, or whose input comes from one, whatever its size."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed
from partywall.system.files import failed, make_folder

_GRACE = 5.0
"""Seconds that a program has to end when its input has ended."""


def save(
    words: Sequence[str],
    path: Path,
    *,
    text: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Completed:
    """Run a program to its end and keep in a file (0600) what it writes.

    Args:
        words: the argument list.
        path: the file; it is left only when the program ends well.
        text: the beginning of its input, which then stays open until it ends, or we do; None: it
            has none.
        environment: all its variables; None: ours.

    Raises:
        MachineFailed: when it cannot be started, or the file cannot be written.
    """
    make_folder(path.parent)
    code = None
    try:
        with open(path, "wb", opener=_private) as file, tempfile.TemporaryFile() as err:
            code = _piped(words, environment, text, (file.fileno(), err.fileno()))
            os.fsync(file.fileno())
            size = os.fstat(err.fileno()).st_size
            said = os.pread(err.fileno(), size, 0).decode(errors="replace")
    except OSError as error:
        raise failed(error, "write", path) from error
    finally:
        if code != 0:
            path.unlink(missing_ok=True)
    return Completed(code=code, out="", err=said)


def feed(words: Sequence[str], path: Path, *, environment: Mapping[str, str]) -> Completed:
    """Run a program to its end that reads a file; raises MachineFailed when it cannot be started.

    Args:
        words: the argument list.
        path: its standard input.
        environment: all its variables.
    """
    try:
        with path.open("rb") as file:
            done = subprocess.run(
                words,
                stdin=file,
                capture_output=True,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C is for us, who end it
                check=False,
            )
    except OSError as error:
        raise MachineFailed(f"{Path(words[0]).name} cannot be run: {error.strerror}") from error
    out, err = (said.decode(errors="replace") for said in (done.stdout, done.stderr))
    return Completed(code=done.returncode, out=out, err=err)


def _piped(
    words: Sequence[str],
    environment: Mapping[str, str] | None,
    text: str | None,
    outputs: tuple[int, int],
) -> int:
    started = subprocess.Popen(
        words,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
        stdout=outputs[0],
        stderr=outputs[1],
        start_new_session=True,
    )
    try:
        if started.stdin is not None and text is not None:
            with contextlib.suppress(BrokenPipeError):  # its exit code says why
                started.stdin.write(text.encode())
                started.stdin.flush()
        return started.wait()
    finally:
        _end(started)


def _end(started: subprocess.Popen[bytes]) -> None:
    if started.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            started.stdin.close()
    try:
        started.wait(_GRACE)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
