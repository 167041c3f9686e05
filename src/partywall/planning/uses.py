"""Who uses what: the keys that a thing leans on, directly and through others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    Route,
    TopicSpace,
    World,
    environment_of,
)


def uses(thing: AnyThing) -> Iterator[Key]:
    """Every key that a thing names: its needs first, then what its own fields point at.

    More than `needs` on purpose: a need that somebody forgot to declare must not let a shared
    server be taken away from under its users.
    """
    yield from (need.key for need in thing.needs)
    match thing:
        case Instance():
            yield from (m.source for m in thing.mounts if m.kind == "volume" and m.source)
            yield from thing.hosts.values()
        case Database() | KeySpace() | TopicSpace():
            yield thing.server
        case FileSpace():
            yield thing.volume
        case Route():
            yield thing.instance
        case Job():
            yield from uses(thing.instance)
        case _:
            pass


def closure(roots: Iterable[Key], *worlds: World) -> set[Key]:
    """The roots and everything that they use, as any of these worlds describes it."""
    seen: set[Key] = set()
    ahead = list(roots)
    while ahead:
        key = ahead.pop()
        if key in seen:
            continue
        seen.add(key)
        for world in worlds:
            if entry := world.entries.get(key):
                ahead.extend(uses(entry.thing))
    return seen


def used_by(environments: Iterable[str], observed: World, *others: World) -> set[Key]:
    """Everything that what is observed of these environments uses.

    An edge is used by every route, whether the route says so or not.
    """
    named = frozenset(environments)
    roots = [key for key in observed.entries if environment_of(key) in named]
    if any(isinstance(observed.entries[key].thing, Route) for key in roots):
        roots += [key for key, entry in observed.entries.items() if is_edge(entry.thing)]
    return closure(roots, observed, *others)


def is_edge(thing: AnyThing) -> bool:
    """Whether it is what answers routes; an app's own proxy answers for its environment alone."""
    common = environment_of(thing.key) in (SHARED, MACHINE)
    return common and isinstance(thing, Instance) and thing.role is Role.EDGE
