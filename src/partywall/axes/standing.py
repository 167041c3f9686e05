"""Which environments stand at the same time, and what is wanted of those that do not; pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.axes.site import EDGE, Environment, Site
from partywall.model.choices import Presence
from partywall.model.world import MACHINE, SHARED, AnyThing, Limit, Need, Route, environment_of

_COMMON = frozenset({SHARED, MACHINE})


def stands(presence: Presence, on: str, name: str, *, production: bool) -> bool:
    """Whether an environment's services are wanted.

    Args:
        presence: the option.
        on: the environment that is switched on; empty: production.
        name: the environment in question.
        production: whether it is production.
    """
    if presence is Presence.TOGETHER:
        return True
    if presence is Presence.SWITCHED and on:
        return name == on
    return production


def standing(
    site: Site, environment: Environment, things: Iterable[AnyThing]
) -> Iterable[AnyThing]:
    """What is wanted of an environment of which all these things would be.

    One that sleeps keeps its addresses, which say so, and its budget, in which its images are
    built. Its data are no part of what is wanted: they are neither made before it stands nor taken
    away while it does not. Servers that it shares stand whoever's turn it is: its data are there.
    """
    presence = site.choices.presence
    if stands(presence, site.on, environment.name, production=environment.production):
        yield from things
    elif presence is Presence.SWITCHED:
        for thing in things:
            if isinstance(thing, Route):
                yield _away(thing)
            elif isinstance(thing, Limit) or environment_of(thing.key) in _COMMON:
                yield thing


def _away(route: Route) -> Route:
    """The same address without its service; nobody needs a password to hear that it sleeps."""
    return msgspec.structs.replace(route, needs=(Need(EDGE),), auth=None, away=True)
