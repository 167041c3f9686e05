"""Programs whose output is handed on, and others that are fed, a piece at a time."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed
from partywall.system.running import stop, text

if TYPE_CHECKING:
    from io import BufferedReader, BufferedWriter

_PIECE = 1 << 18


def stream(
    words: Sequence[str], *, environment: Mapping[str, str], take: Callable[[bytes], object]
) -> Completed:
    """Run a program, and hand on what it writes while it writes it.

    What goes wrong in `take` ends the program, and is raised here.

    Args:
        words: the argument list.
        environment: all its variables.
        take: gets each piece.

    Raises:
        MachineFailed: when it cannot be started.
    """
    with tempfile.TemporaryFile() as err:
        started = _start(words, environment, (subprocess.DEVNULL, subprocess.PIPE, err))
        output = cast("BufferedReader", started.stdout)
        try:
            while piece := output.read1(_PIECE):
                take(piece)
            code = started.wait()
        finally:
            if started.returncode is None:
                stop(started)
            output.close()
        return Completed(code=code, out="", err=text(err.fileno()))


class Fed:
    """A program that gets pieces on its standard input; what it says is kept."""

    def __init__(self, words: Sequence[str]) -> None:
        """Start it with our own variables; raises MachineFailed when that cannot be done."""
        self._err = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end` and `stop`)
        self._started = _start(words, None, (subprocess.PIPE, subprocess.DEVNULL, self._err))

    def give(self, piece: bytes) -> bool:
        """Hand it a piece; False when it reads no more."""
        given = cast("BufferedWriter", self._started.stdin)
        try:
            given.write(piece)
            given.flush()
        except BrokenPipeError:
            return False
        return True

    def end(self) -> Completed:
        """There is no more for it: wait until it has ended."""
        self._close()
        done = Completed(code=self._started.wait(), out="", err=text(self._err.fileno()))
        self._err.close()
        return done

    def stop(self) -> None:
        """End it before it has all; nothing happens when it has ended."""
        if self._started.returncode is None:
            stop(self._started)
        self._close()
        self._err.close()

    def _close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            cast("BufferedWriter", self._started.stdin).close()


def _start(
    words: Sequence[str],
    environment: Mapping[str, str] | None,
    streams: tuple[int, int, IO[bytes]],
) -> subprocess.Popen[bytes]:
    given, out, err = streams
    try:
        return subprocess.Popen(
            words,
            env=None if environment is None else dict(environment),
            stdin=given,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    except OSError as error:
        what = f"{Path(words[0]).name} cannot be started: {error.strerror}"
        raise MachineFailed(what) from error
