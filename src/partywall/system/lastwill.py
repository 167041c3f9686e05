"""Has a command run when this process dies in the middle of its work, whatever kills it.

This file is also the program that waits for that; it imports nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_PATIENCE = 60.0
"""Seconds in which what the dead one had called may come to an end."""
_OVER = b"."


@contextlib.contextmanager
def left(command: Sequence[str], log: Path, callees: str) -> Iterator[None]:
    """While the block runs, somebody waits who runs a command if this process dies.

    Args:
        command: the argument list.
        log: where the command's words go.
        callees: what the argument lists of programs have that this process calls; those that
            outlive it are waited for first.

    Raises:
        OSError: when nobody can be set to wait.
    """
    reading, writing = os.pipe()
    words = [sys.executable, "-I", "-S", __file__, str(reading), callees, *command]
    try:
        with log.open("wb") as file:
            heir = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=file, stderr=file, pass_fds=[reading],
                start_new_session=True,
            )  # fmt: skip
    except OSError:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    try:
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):  # somebody killed the heir
            os.write(writing, _OVER)
        os.close(writing)
        heir.wait()
        log.unlink(missing_ok=True)


def _wait(reading: int, callees: bytes, command: Sequence[str]) -> None:
    """Until the pipe is closed; without a word before, its other end has died."""
    if os.read(reading, 1):
        return
    deadline = time.monotonic() + _PATIENCE
    while _at_work(callees) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.execv(command[0], list(command))  # noqa: S606  (an argument list)


def _at_work(callees: bytes) -> bool:
    own = str(os.getpid())
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.name != own and callees in (process / "cmdline").read_bytes():
                return True
    return False


if __name__ == "__main__":
    _wait(int(sys.argv[1]), os.fsencode(sys.argv[2]), sys.argv[3:])
