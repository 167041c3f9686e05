"""Finds servers whose data folder goes over to another one: the old one must be gone first."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from partywall.model.app import Role
from partywall.model.plan import Action, Step
from partywall.model.world import AnyThing, Instance, Key

_ONE_AT_A_TIME = frozenset({Role.DATABASE, Role.CACHE, Role.BROKER})
"""Servers that own their data folder: two of them on one folder destroy it."""


def pairs(steps: Collection[Step]) -> Iterator[tuple[Key, Key]]:
    """The new server and the old one that it takes the data over from."""
    old = {
        folder: step.key
        for step in steps
        if step.before and step.action is Action.REMOVE
        for folder in _folders(step.before.thing)
    }
    for step in steps:
        for folder in _folders(step.after.thing) if step.after else ():
            if folder in old:
                yield step.key, old[folder]


def _folders(thing: AnyThing) -> list[str]:
    if not isinstance(thing, Instance) or thing.role not in _ONE_AT_A_TIME:
        return []
    return [mount.source for mount in thing.mounts if mount.source and not mount.read_only]
