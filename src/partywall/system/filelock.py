"""A lock on a file, freed by the kernel when its holder dies, for short changes."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from partywall.model.errors import MachineFailed, Place
from partywall.system.files import failed, make_folder

_SECONDS = 60.0
_PAUSE = 0.01


@contextmanager
def locked(path: Path, what: str, seconds: float = _SECONDS) -> Iterator[None]:
    """Alone among all threads and processes that use this file, or this folder.

    Args:
        path: the lock's file, made when missing, its folder too; or a folder that is there.
        what: what is changed meanwhile, for the error.
        seconds: how long to wait for another one.

    Raises:
        MachineFailed: when another one holds the lock for longer.
    """
    folder = path.is_dir()
    flags = os.O_RDONLY | os.O_DIRECTORY if folder else os.O_RDWR | os.O_CREAT
    make_folder(path.parent)
    try:
        handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise failed(error, f"open the lock of {what}", path) from error
    try:
        _take(handle, path, what, seconds)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise MachineFailed(
                    f"another change of {what} has not ended for {seconds:.0f} s",
                    where=Place(str(path)),
                    remedy="see which process holds it (`fuser`), then run the command again",
                ) from error
            time.sleep(_PAUSE)
        else:
            return
