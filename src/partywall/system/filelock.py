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
def locked(path: Path, what: str) -> Iterator[None]:
    """Alone among all threads and processes that use this file.

    Args:
        path: the lock's file; made when missing, its folder too.
        what: what is changed meanwhile, for the error.

    Raises:
        MachineFailed: when another one holds the lock for a minute.
    """
    make_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise failed(error, f"open the lock of {what}", path) from error
    try:
        _take(handle, path, what)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, what: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise MachineFailed(
                    f"another change of {what} has not ended for a minute",
                    where=Place(str(path)),
                    remedy="see which process holds this file, then run the command again",
                ) from error
            time.sleep(_PAUSE)
        else:
            return
