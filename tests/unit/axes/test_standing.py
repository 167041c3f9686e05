"""Who stands where not all do, and what is wanted of the others."""

import msgspec
import pytest

from partywall.axes import sense, world
from partywall.axes.site import EDGE, EDGE_SIDES, Environment, Machine, Share, Site
from partywall.model.app import App, Mount, Role, Service
from partywall.model.choices import (
    BrokerWall,
    CacheWall,
    Choices,
    DatabaseWall,
    FilesWall,
    Flags,
    LimitsBy,
    Presence,
)
from partywall.model.errors import BadInput
from partywall.model.secret import SecretRef
from partywall.model.world import Limit, Need, Route, environment_of

PASSWORD = SecretRef("PARTYWALL_PASSWORD", 1)


def environment(name: str) -> Environment:
    services = {
        "web": Service(name="web", role=Role.WEB, why="said", image="web:1", exposed=(80,)),
        "db": Service(
            name="db",
            role=Role.DATABASE,
            why="said",
            image="postgres:18",
            mounts=(Mount(kind="volume", source="rows", target="/rows"),),
        ),
    }
    production = name == "prod"
    return Environment(
        name=name,
        app=App(name="shop", folder="/srv/shop", services=services),
        production=production,
        domain=f"{name}.example",
        protected=not production,
        user=name,
        password=None if production else PASSWORD,
        share=Share(cores=1.0),
    )


def made(on: str = "", **choices) -> dict:
    site = Site(
        project="shop",
        choices=Choices(**choices),
        environments=tuple(environment(name) for name in ("prod", "dev")),
        machine=Machine(cores=4, memory_bytes=1 << 33),
        on=on,
    )
    return world.desired(site).entries


def of(name: str, entries: dict) -> dict:
    return {key: one.thing for key, one in entries.items() if environment_of(key) == name}


@pytest.mark.parametrize(("on", "stands", "sleeps"), [("", "prod", "dev"), ("dev", "dev", "prod")])
def test_one_stands_whole_and_the_other_only_says_that_it_sleeps(on, stands, sleeps):
    whole, turns = made(), made(on, presence=Presence.SWITCHED)
    assert of(stands, turns) == of(stands, whole)
    [route] = of(sleeps, turns).values()
    assert route.away
    assert route.auth is None
    assert route.needs == (Need(EDGE),)
    there = whole[route.key].thing
    assert route.host == there.host
    assert route.robots == there.robots


def test_the_edge_is_there_whoever_is_looked_at():
    turns = made(presence=Presence.SWITCHED)
    assert {EDGE, *EDGE_SIDES} <= turns.keys()


def test_one_that_sleeps_keeps_its_budget():
    turns = made(presence=Presence.SWITCHED, limits=LimitsBy.BUDGET)
    assert {type(thing) for thing in of("dev", turns).values()} == {Limit, Route}


@pytest.mark.parametrize("presence", [Presence.SINGLE, Presence.ON_DEMAND])
def test_where_production_is_alone_nothing_of_others_is_wanted(presence):
    alone = made("dev", presence=presence)
    assert of("dev", alone) == {}
    assert of("prod", alone) == of("prod", made())


COMMON = {
    "database": DatabaseWall.COMMON,
    "cache": CacheWall.COMMON,
    "broker": BrokerWall.COMMON,
    "files": FilesWall.COMMON,
}


def test_production_alone_has_in_common_what_was_its_own():
    """So that no data move when the architecture changes."""
    alone = made(presence=Presence.SINGLE, flags=Flags.ON, **COMMON)
    assert alone == made(presence=Presence.SINGLE)


@pytest.mark.parametrize("axis", COMMON)
@pytest.mark.parametrize("presence", [one for one in Presence if one is not Presence.SINGLE])
def test_no_wall_between_two_environments_makes_no_sense(axis, presence):
    point = Choices(presence=presence, **{axis: COMMON[axis]})
    with pytest.raises(BadInput) as bad:
        sense.check(point)
    assert f"`{axis}: common`" in bad.value.what
    assert f"`presence: {presence.value}`" in bad.value.what
    assert f"`{axis}: " in bad.value.remedy
    sense.check(msgspec.structs.replace(point, presence=Presence.SINGLE))
