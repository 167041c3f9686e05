"""Refuses to leave data behind: what moves between a server of one's own and a shared one."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.model.errors import Refused
from partywall.model.world import SHARED, Database, Key, Volume, World, environment_of, name_of


def check(desired: World, observed: World, scope: str | None = None) -> None:
    """Refuse a world in which data would be kept elsewhere than they are, and so start empty.

    Args:
        desired: what is wanted.
        observed: what there is.
        scope: the environment that is looked at; None: all.

    Raises:
        Refused: with where the data are and where they would be looked for.
    """
    for there, wanted in (*_other_volumes(desired, observed), *_other_places(desired, observed)):
        if scope is None or scope in (environment_of(there), environment_of(wanted)):
            raise Refused(
                f"the data in {there} would be left behind: {wanted} is wanted in its place, and "
                "has none of them",
                remedy="put the former option back, or end what has them with `partywall destroy`; "
                "`schema dump` before that and `schema restore` after it take tables along",
            )


def _other_volumes(desired: World, observed: World) -> Iterator[tuple[Key, Key]]:
    """Volumes that are there and no longer wanted, each with the one that would take its place."""
    volumes = [key for key, entry in desired.entries.items() if isinstance(entry.thing, Volume)]
    for key, entry in sorted(observed.entries.items()):
        if isinstance(entry.thing, Volume) and key not in desired.entries:
            yield from ((key, other) for other in volumes if _takes_its_place(other, key))


def _takes_its_place(new: Key, old: Key) -> bool:
    """The same volume of the Compose file, one of all and one of an environment."""
    owners = {environment_of(new), environment_of(old)}
    return name_of(new) == name_of(old) and SHARED in owners


def _other_places(desired: World, observed: World) -> Iterator[tuple[Key, str]]:
    """Databases that are kept in another way from now on, each with its new place."""
    for key, entry in sorted(observed.entries.items()):
        wanted = desired.entries[key].thing if key in desired.entries else None
        match entry.thing, wanted:
            case Database() as there, Database() as other if there.kind != other.kind:
                yield f"{key} ({_place(there)})", f"the {_place(other)}"


def _place(database: Database) -> str:
    part = f"schema {database.schema} of the " if database.schema else ""
    return f"{part}database {database.name} on {database.server}"
