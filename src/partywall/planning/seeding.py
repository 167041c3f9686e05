"""Lets a seeder run on fresh data alone: what stood already is never filled over."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from partywall.model.plan import Action, Plan, Step
from partywall.model.world import (
    AnyThing,
    Database,
    Entry,
    Job,
    Key,
    KeySpace,
    TopicSpace,
    Volume,
    World,
    environment_of,
    name_of,
)

_DATA = (Volume, Database, KeySpace, TopicSpace)
"""What a seeder may fill; a checkout is nobody's data."""


def fills(thing: AnyThing) -> bool:
    """Whether it is a job that runs once in the life of its environment's data."""
    return isinstance(thing, Job) and thing.once_per == "data"


def due(plan: Plan) -> Iterator[Entry]:
    """The seeders of a plan, not done yet: remembered before their data are made.

    Data that stand after a crash are then known to be fresh still.
    """
    for step in plan.steps:
        if _begins(step) and step.after:
            yield msgspec.structs.replace(step.after, running=False)


def held_back(step: Step | None, desired: World, observed: World) -> str | None:
    """Why a seeder must not run: its data do not come into being with this plan; else None."""
    if step is None or not _begins(step):
        return None
    name, environment = name_of(step.key), step.environment
    if _data(environment, observed):
        return (
            f"{name}: {environment} has data already and is not seeded; "
            f"`partywall destroy {environment}` gives it fresh data"
        )
    mine = _data(environment, desired)
    if any(observed.why_unknown(key) for key in mine):
        return f"{name}: whether {environment} has data could not be observed: it is not seeded"
    if not mine:
        return f"{name}: {environment} keeps no data that could be fresh: it is not seeded"
    return None


def _begins(step: Step) -> bool:
    """Whether a seeder of which nothing is known yet would run."""
    return step.action is Action.CREATE and step.after is not None and fills(step.after.thing)


def _data(environment: str, world: World) -> list[Key]:
    return [
        key
        for key, entry in world.entries.items()
        if environment_of(key) == environment and isinstance(entry.thing, _DATA)
    ]
