"""Every point of the space: what the axes make of two apps there, or why they make nothing."""

from __future__ import annotations

import functools
import itertools
import posixpath
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from architectures import apps, plans
from partywall.axes.sense import check
from partywall.axes.site import Environment, Site
from partywall.axes.world import desired
from partywall.engines.docker.names import Naming, unit_of
from partywall.engines.docker.render import Ground, Json, document
from partywall.model.app import App
from partywall.model.choices import Choices, Flags, Presence, RouteBy, Source
from partywall.model.world import (
    MACHINE,
    Checkout,
    Instance,
    Job,
    Limit,
    Network,
    Volume,
    World,
)
from partywall.planning.turns import rest

AXES = {field.name: list(field.type) for field in msgspec.structs.fields(Choices)}
"""Axis → its options."""
STRIDE = 53
"""So that, of two axes, every pair of options is met within a few seconds; a prime that none of
the axes' numbers of options divides."""


def points() -> Iterator[Choices]:
    """All of them."""
    for options in itertools.product(*AXES.values()):
        yield Choices(**dict(zip(AXES, options, strict=True)))


def pairs(choices: Choices) -> Iterator[tuple[Any, ...]]:
    """The options of each two axes at a point."""
    yield from itertools.combinations(msgspec.structs.asdict(choices).items(), 2)


SITES: dict[str, Callable[[], Site]] = {
    "club": functools.cache(lambda: plans.site("dual")),
    "shop": apps.shop,
}
"""The reference app, and a smaller one, which is not the same in all its environments."""


def site(app: str, choices: Choices) -> Site:
    """An app at a point, as its settings would have it; BadInput where it makes no sense."""
    check(choices)
    given = SITES[app]()
    environments = tuple(
        _settled(one, choices, port) for port, one in enumerate(given.environments, start=8443)
    )
    return msgspec.structs.replace(
        given, choices=choices, environments=environments, production=environments[0]
    )


def _settled(one: Environment, choices: Choices, port: int) -> Environment:
    made = msgspec.structs.replace(one, definitions=True)
    if choices.route is RouteBy.PORT:
        own = 0 if one.production else port
        made = msgspec.structs.replace(made, domain="app.example", port=own)
    if choices.flags is Flags.ON:
        made = plans.with_flags(made)
    if choices.source is Source.BRANCH:
        folder = f".partywall/checkouts/{one.name}"
        key = f"{one.name}/checkout/source"
        checkout = Checkout(key=key, folder=folder, branch=one.name, commit="a" * 40)
        text = msgspec.json.encode(one.app).decode()
        text = text.replace(one.app.folder, f"{one.app.folder}/{folder}")
        moved = msgspec.json.decode(text, type=App)
        app = msgspec.structs.replace(moved, folder=one.app.folder)
        made = msgspec.structs.replace(made, checkout=checkout, app=app)
    return made


def asleep(given: Site) -> set[str]:
    """Who does not stand."""
    on = given.on or "prod"
    names = {one.name for one in given.environments}
    return set() if given.choices.presence is Presence.TOGETHER else names - {on}


def wanted(given: Site, seen: World) -> World:
    """What `up` would have."""
    return rest(desired(given), seen, asleep(given))


def everyone(given: Site) -> World:
    """What there would be if all stood at once."""
    together = msgspec.structs.replace(given.choices, presence=Presence.TOGETHER)
    return desired(msgspec.structs.replace(given, choices=together))


def site_on(given: Site, on: str) -> Site:
    """The same when it is another one's turn."""
    return msgspec.structs.replace(given, on=on)


GROUND = Ground(
    naming=Naming(project="app", project_id="p1", commons="common"),
    absolute=lambda path: posixpath.join("/srv/app", path),
    called=lambda one: one.name,
    unnamed=lambda _key: {},
    parent=lambda environment: f"/partywall/{environment}",
    budget=lambda _limit: "",
    flags=lambda _one: {"image": "answers:1"},
    edge=lambda part, joined: {"image": part.image, "networks": list(joined)},
)


def documents(whole: World) -> dict[str, Json]:
    """The Compose document of each unit: of the environments that stand, and of what all share."""
    drawn = (Instance, Job, Limit, Network, Volume)
    entries = [one for one in whole.entries.values() if isinstance(one.thing, drawn)]
    units = {unit_of(one.thing.key) for one in entries} - {MACHINE}
    return {
        unit: document(unit, [one for one in entries if unit_of(one.thing.key) == unit], GROUND)
        for unit in sorted(units)
    }
