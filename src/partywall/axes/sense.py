"""Points of the space that make no sense, each with the reason; pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from partywall.model.choices import (
    BrokerWall,
    CacheWall,
    Choices,
    DatabaseWall,
    FilesWall,
    Presence,
)

_WALLS = {
    "database": (DatabaseWall.COMMON, DatabaseWall.SERVER),
    "cache": (CacheWall.COMMON, CacheWall.INSTANCE),
    "broker": (BrokerWall.COMMON, BrokerWall.INSTANCE),
    "files": (FilesWall.COMMON, FilesWall.FOLDER),
}


class Nonsense(msgspec.Struct, frozen=True, kw_only=True):
    """Two options that exclude each other."""

    axes: tuple[str, ...]
    """Where the settings may say so, the likelier one first."""
    what: str
    remedy: str


def senseless(choices: Choices) -> Iterator[Nonsense]:
    """Every pair of options that no installation can have."""
    if choices.presence is Presence.SINGLE:
        return
    for axis, (common, apart) in _WALLS.items():
        if getattr(choices, axis) is common:
            yield Nonsense(
                axes=(axis, "presence", "architecture"),
                what=f"`{axis}: common` leaves no wall, and with "
                f"`presence: {choices.presence.value}` production is not alone",
                remedy=f"say `{axis}: {apart.value}`, or `presence: single`",
            )
