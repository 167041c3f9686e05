"""The ways to a snapshot, the cheapest first, and which of them can be had here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.model.errors import MachineFailed

REFLINK = "reflink"
BASE_BACKUP = "base-backup"
DUMP = "dump"
METHODS = (REFLINK, BASE_BACKUP, DUMP)
COSTS = {
    REFLINK: "about a second, and no disk until data change: file and copy share their blocks",
    BASE_BACKUP: "as long and as much disk as the data are large",
    DUMP: "production reads all rows once, and they are put into a new cluster, indexes and all",
}
UNREADABLE = "the server's files cannot be read from here: the engine lets only root read them"


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a snapshot is made, and where."""

    method: str
    folder: Path
    """Of the store."""
    why: tuple[str, ...] = ()
    """Why no better way was taken."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out on the machine."""

    data: Path | None
    """Where the server's files are; None: they cannot be read from here."""
    by_reference: tuple[Path, ...]
    """Stores into which they can be copied by reference."""
    stores: tuple[Path, ...]
    """All, the best first."""
    unfit: str = ""
    """Why files of this server cannot be copied while it works; empty: they can."""


def choose(ground: Ground, asked: str = "") -> Way:
    """The best way that there is, or the one that was asked for; pure.

    Raises:
        MachineFailed: when that one cannot be had.
    """
    ways = list(_ways(ground))
    fitting = [way for way in ways if asked in ("", way.method)]
    if not fitting:
        raise MachineFailed(
            f"`{asked}` cannot be had here: {'; '.join(ways[0].why)}",
            remedy=f"leave it out: `{ways[0].method}` can be had",
        )
    return fitting[0]


def _ways(ground: Ground) -> Iterator[Way]:
    closed = tuple(_closed(ground))
    apart = tuple(_apart(ground))
    if not closed:
        for folder in ground.by_reference[:1]:
            yield Way(method=REFLINK, folder=folder)
        yield Way(method=BASE_BACKUP, folder=ground.stores[0], why=apart)
    yield Way(method=DUMP, folder=ground.stores[0], why=closed or apart)


def _closed(ground: Ground) -> Iterator[str]:
    """Why no file of the server can be copied."""
    if ground.data is None:
        yield UNREADABLE
    if ground.unfit:
        yield f"the server's files cannot be copied while it works: {ground.unfit}"


def _apart(ground: Ground) -> Iterator[str]:
    """Why no file can be copied by reference."""
    if not ground.by_reference:
        yield (
            f"no place for snapshots shares blocks with the data in {ground.data} (XFS and btrfs "
            "do, within one file system)"
        )
