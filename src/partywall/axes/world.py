"""Every axis' part put together: App and choices become the desired world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from partywall.axes import broker, cache, database, files, flags, limits, presence, route, source
from partywall.axes.site import Environment, Site
from partywall.model.choices import Choices
from partywall.model.errors import BadInput
from partywall.model.world import AnyThing, Instance, Job, Limit, Need, World, environment_of

Adds = Callable[[Site, Environment], Iterable[AnyThing]]

AXES: Mapping[str, Mapping[Any, Adds]] = {
    "source": source.OPTIONS,
    "presence": presence.OPTIONS,
    "files": files.OPTIONS,
    "database": database.OPTIONS,
    "cache": cache.OPTIONS,
    "broker": broker.OPTIONS,
    "route": route.OPTIONS,
    "limits": limits.OPTIONS,
    "flags": flags.OPTIONS,
}


def desired(site: Site) -> World:
    """The world that these environments and choices ask for.

    Raises:
        BadInput: when an axis has no such option (yet).
    """
    parts = [_option(axis, getattr(site.choices, axis)) for axis in AXES]
    things = [
        thing
        for environment in site.environments
        for part in parts
        for thing in part(site, environment)
    ]
    return World.of(_limited(things))


def missing(choices: Choices) -> list[str]:
    """The axes whose chosen option this version cannot build, as `axis: option`."""
    chosen = msgspec.structs.asdict(choices)
    return [f"{axis}: {chosen[axis]}" for axis in AXES if chosen[axis] not in AXES[axis]]


def _option(axis: str, chosen: StrEnum) -> Adds:
    options = AXES[axis]
    if chosen not in options:
        known = ", ".join(sorted(option.value for option in options))
        raise BadInput(
            f"`{axis}: {chosen.value}` is not available in this version",
            remedy=f"choose one of: {known}",
        )
    return options[chosen]


def _limited(things: list[AnyThing]) -> Iterable[AnyThing]:
    """Everything that runs in an environment with a budget starts inside it."""
    budgets = {environment_of(thing.key): thing.key for thing in things if isinstance(thing, Limit)}
    for thing in things:
        budget = budgets.get(environment_of(thing.key))
        if budget is None or not isinstance(thing, Instance | Job):
            yield thing
        else:
            needs = tuple(sorted({*thing.needs, Need(budget)}))
            yield msgspec.structs.replace(thing, needs=needs)
