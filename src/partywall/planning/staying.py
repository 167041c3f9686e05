"""Refuses to leave data behind: what moves between something of one's own and what is shared."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from partywall.model.errors import Refused
from partywall.model.world import SHARED, Database, Key, Volume, World, environment_of, name_of

_BACK = "put the former option back, or end what has them with `partywall destroy`"
_ALONG = "; `schema dump` before that and `schema restore` after it take the tables along"


class _Move(msgspec.Struct, frozen=True):
    """Data, and where they would be looked for."""

    key: Key
    there: str
    wanted: Key
    place: str
    remedy: str = _BACK


def check(desired: World, observed: World, scope: str | None = None) -> None:
    """Refuse a world in which data would be kept elsewhere than they are, and so start empty.

    Args:
        desired: what is wanted.
        observed: what there is.
        scope: the environment that is looked at; None: all.

    Raises:
        Refused: with where the data are and where they would be looked for.
    """
    for move in (*_databases(desired, observed), *_volumes(desired, observed)):
        if scope is None or scope in (environment_of(move.key), environment_of(move.wanted)):
            raise Refused(
                f"the data in {move.there} would be left behind: {move.place} is wanted in its "
                "place, and has none of them",
                remedy=move.remedy,
            )


def _databases(desired: World, observed: World) -> Iterator[_Move]:
    """Databases that are kept in another way from now on."""
    for key, entry in sorted(observed.entries.items()):
        wanted = desired.entries[key].thing if key in desired.entries else None
        match entry.thing, wanted:
            case Database() as there, Database() as other if there.kind != other.kind:
                yield _Move(
                    key, f"the {_place(there)}", key, f"the {_place(other)}", _BACK + _ALONG
                )


def _place(database: Database) -> str:
    part = f"schema {database.schema} of the " if database.schema else ""
    return f"{part}database {database.name} on {database.server}"


def _volumes(desired: World, observed: World) -> Iterator[_Move]:
    """Volumes that are there and no longer wanted, each with the one that would take its place."""
    volumes = [key for key, entry in desired.entries.items() if isinstance(entry.thing, Volume)]
    for key, entry in sorted(observed.entries.items()):
        if isinstance(entry.thing, Volume) and key not in desired.entries:
            yield from (
                _Move(key, key, other, other) for other in volumes if _takes_its_place(other, key)
            )


def _takes_its_place(new: Key, old: Key) -> bool:
    """The same volume of the Compose file: one for all and one's own, or one of another kind."""
    owners = {environment_of(new), environment_of(old)}
    return name_of(new) == name_of(old) and (SHARED in owners or len(owners) == 1)
