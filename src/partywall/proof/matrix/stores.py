"""Where environments keep data, and which of these places are one environment's own; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from partywall.model.app import Role
from partywall.model.world import (
    MACHINE,
    SHARED,
    AnyThing,
    Database,
    FileSpace,
    Instance,
    Job,
    Key,
    KeySpace,
    TopicSpace,
    Volume,
    World,
    environment_of,
)

_KEEPERS = {Role.DATABASE, Role.CACHE, Role.BROKER}


class Stores(msgspec.Struct, frozen=True, kw_only=True):
    """As `Walls` has them."""

    own_stores: dict[str, int]
    common_stores: int
    one_database: bool


def stores(world: World) -> Stores:
    """Count servers and volumes with data by who uses them.

    Args:
        world: as it was seen, or as it is wanted; the edge's own volumes are left out.
    """
    things = list(world.things())
    users: dict[Key, set[str]] = {key: set() for key in _places(things)}
    for thing in things:
        for key in users.keys() & _used(thing):
            users[key].add(environment_of(thing.key))
    alone = [next(iter(names)) for names in users.values() if len(names) == 1]
    own = Counter(name for name in alone if name != SHARED)
    return Stores(
        own_stores=dict(own),
        common_stores=len(users) - own.total(),
        one_database=_one_database(things),
    )


def _places(things: Iterable[AnyThing]) -> Iterator[Key]:
    for thing in things:
        if environment_of(thing.key) != MACHINE and _keeps(thing):
            yield thing.key


def _keeps(thing: AnyThing) -> bool:
    if isinstance(thing, Volume):
        return not isinstance(thing, FileSpace)
    return isinstance(thing, Instance) and thing.role in _KEEPERS


def _used(thing: AnyThing) -> set[Key]:
    """What it lies or writes in; it uses itself."""
    instance = thing.instance if isinstance(thing, Job) else thing
    if isinstance(instance, Instance):
        return {thing.key, *(mount.source for mount in instance.mounts)}
    if isinstance(thing, Database | KeySpace | TopicSpace):
        return {thing.server}
    return {thing.key, thing.volume} if isinstance(thing, FileSpace) else {thing.key}


def _one_database(things: Iterable[AnyThing]) -> bool:
    found: dict[tuple[Key, str], set[str]] = {}
    for thing in things:
        if isinstance(thing, Database) and thing.schema:
            found.setdefault((thing.server, thing.name), set()).add(environment_of(thing.key))
    return any(len(names) > 1 for names in found.values())
