"""The ways to a snapshot, the cheapest first, and which of them can be had here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from partywall.model.errors import MachineFailed

REFLINK = "reflink"
BASE_BACKUP = "base-backup"
METHODS = (REFLINK, BASE_BACKUP)
COSTS = {
    REFLINK: "a second, and no disk until data change: file and copy share their blocks",
    BASE_BACKUP: "as long and as much disk as the data are large",
}


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


def choose(ground: Ground, asked: str = "") -> Way:
    """The best way that there is, or the one that was asked for; pure.

    Raises:
        MachineFailed: when there is none.
    """
    if ground.data is None:
        raise MachineFailed(
            "the server's files cannot be read from here",
            remedy="run the command as root: the engine keeps them closed to others",
        )
    ways = list(_ways(ground))
    fitting = [way for way in ways if asked in ("", way.method)]
    if not fitting:
        raise MachineFailed(
            f"`{asked}` cannot be had here: {'; '.join(_missing(ground))}",
            remedy=f"leave it out: `{ways[0].method}` can be had",
        )
    return fitting[0]


def _ways(ground: Ground) -> Iterable[Way]:
    for folder in ground.by_reference[:1]:
        yield Way(method=REFLINK, folder=folder)
    why = () if ground.by_reference else tuple(_missing(ground))
    yield Way(method=BASE_BACKUP, folder=ground.stores[0], why=why)


def _missing(ground: Ground) -> Iterable[str]:
    yield (
        f"no place for snapshots shares blocks with the data in {ground.data} (XFS and btrfs do, "
        "within one file system)"
    )
