"""Every axis' part put together: App and choices become the desired world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeGuard

import msgspec

from partywall.axes import (
    broker,
    cache,
    database,
    files,
    flags,
    limits,
    presence,
    route,
    source,
)
from partywall.axes.logins import logged_in
from partywall.axes.shares import shared_out
from partywall.axes.sharing import settled
from partywall.axes.site import Environment, Site
from partywall.axes.standing import standing
from partywall.axes.tuning import tuned
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
        BadInput: when this app cannot have an option.
    """
    parts = [options[getattr(site.choices, axis)] for axis, options in AXES.items()]
    whole = settled(flags.flagged(site))
    return World.of(
        thing
        for environment in whole.environments
        for thing in standing(whole, environment, _whole(parts, whole, environment))
    )


def _whole(parts: Iterable[Adds], site: Site, environment: Environment) -> Iterable[AnyThing]:
    """Everything of an environment that stands."""
    made = logged_in(thing for part in parts for thing in part(site, environment))
    return source.out_of_checkout(_limited(made, environment), environment.checkout)


def _limited(things: list[AnyThing], environment: Environment) -> Iterable[AnyThing]:
    """Everything that runs on a budget starts inside it, with a portion of its own."""
    limit = next((thing for thing in things if isinstance(thing, Limit)), None)
    if limit is None:
        yield from things
        return
    mine = [thing for thing in things if _lives_on(thing, limit)]
    whole = shared_out(limit, mine, environment.needs)
    for thing in things:
        if isinstance(thing, Limit):
            yield whole
        else:
            yield _within(thing, whole) if _lives_on(thing, limit) else thing


def _lives_on(thing: AnyThing, limit: Limit) -> TypeGuard[Instance | Job]:
    """The edge is nobody's, and so on nobody's budget."""
    mine = environment_of(thing.key) == environment_of(limit.key)
    return mine and isinstance(thing, Instance | Job)


def _within(thing: Instance | Job, limit: Limit) -> Instance | Job:
    needs = tuple(sorted({*thing.needs, Need(limit.key)}))
    limited = msgspec.structs.replace(thing, needs=needs)
    portion = limit.portion(thing.key)
    # Without a definition nothing of it would reach the server.
    if isinstance(limited, Instance) and limited.definition and portion is not None:
        return msgspec.structs.replace(limited, settings=tuned(limited, portion))
    return limited
