"""Locks of tables: how strong each is, and whom it keeps waiting; pure."""

from __future__ import annotations

from enum import StrEnum

ACCESS_EXCLUSIVE = "AccessExclusiveLock"
SHARE = "ShareLock"
MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    SHARE,
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    ACCESS_EXCLUSIVE,
)
"""From the weakest; https://www.postgresql.org/docs/18/explicit-locking.html."""


class Blocks(StrEnum):
    """Whom a lock keeps waiting, among those who use a table."""

    NOBODY = "nobody"
    CHANGES = "other changes of the schema"
    WRITES = "writes"
    ALL = "reads and writes"


_BLOCKS = {
    "ShareUpdateExclusiveLock": Blocks.CHANGES,
    SHARE: Blocks.WRITES,
    "ShareRowExclusiveLock": Blocks.WRITES,
    "ExclusiveLock": Blocks.WRITES,
    ACCESS_EXCLUSIVE: Blocks.ALL,
}


def strength(mode: str) -> int:
    """How strong a mode is, from 0; those that tables do not have are the weakest."""
    return MODES.index(mode) if mode in MODES else -1


def blocks(mode: str) -> Blocks:
    """Whom it keeps waiting."""
    return _BLOCKS.get(mode, Blocks.NOBODY)


def stops_writes(mode: str) -> bool:
    """Whether rows cannot be written while it is held."""
    return blocks(mode) in {Blocks.WRITES, Blocks.ALL}


def said(mode: str) -> str:
    """As SQL says it: `ACCESS EXCLUSIVE`."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode)
    return words.removesuffix(" Lock").strip().upper()


def spelled(words: str) -> str:
    """The other way round: `access exclusive` → `AccessExclusiveLock`."""
    return "".join(word.capitalize() for word in words.split()) + "Lock"
