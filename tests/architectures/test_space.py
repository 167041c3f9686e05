"""Every point of the space either makes no sense, and says why, or makes worlds that hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from architectures import space
from fakes.simulator import apply
from partywall.axes.sense import check
from partywall.axes.site import Site
from partywall.cli.render.svg import draw
from partywall.model.choices import Choices, Presence
from partywall.model.errors import BadInput, Refused
from partywall.model.plan import Plan
from partywall.model.world import (
    KEPT,
    MACHINE,
    SHARED,
    AnyThing,
    Checkout,
    Database,
    Instance,
    Job,
    KeySpace,
    Network,
    Route,
    TopicSpace,
    Volume,
    World,
    environment_of,
    name_of,
)
from partywall.planning import conflicts, guard, staying
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep, outlives
from partywall.planning.turns import in_turn

COMMON = {SHARED, MACHINE}
ALL = list(space.points())
SOME = ALL[:: space.STRIDE]


@cache
def refusal(point: Choices) -> BadInput | None:
    """Why it makes no sense, if it does not."""
    try:
        check(point)
    except BadInput as error:
        return error
    return None


def test_every_pair_of_options_is_tried_and_none_is_refused_that_could_be_had():
    tried = {pair for point in SOME for pair in space.pairs(point)}
    assert tried == {pair for point in ALL for pair in space.pairs(point)}
    held = {pair for point in SOME if not refusal(point) for pair in space.pairs(point)}
    assert held == {pair for point in ALL if not refusal(point) for pair in space.pairs(point)}


def test_a_refusal_names_what_does_not_go_together_and_what_does():
    """Nothing is refused for another reason than these, and nothing is let through with them."""
    for point in ALL:
        options = [option.value for option in msgspec.structs.asdict(point).values()]
        no_wall = "common" in options and point.presence is not Presence.SINGLE
        error = refusal(point)
        assert (error is not None) is no_wall, point
        if error:
            first, *others = re.findall(r"`([a-z]+): ([a-z-]+)`", error.what)
            assert getattr(point, first[0]).value == first[1]
            assert first[1] == "common"
            assert others == [("presence", point.presence.value)]
            for axis, option in re.findall(r"`([a-z]+): ([a-z-]+)`", error.remedy):
                assert option in {one.value for one in space.AXES[axis]}


CASES = [
    pytest.param(SOME, id="some"),
    pytest.param(ALL, id="all", marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
]


@pytest.mark.parametrize("app", space.SITES)
@pytest.mark.parametrize("points", CASES)
def test_what_is_accepted_holds(points: Iterable[Choices], app: str):
    for point in points:
        if refusal(point) is None:
            given = space.site(app, point)
            try:
                holds(given)
            except Exception as error:
                error.add_note(f"{app} at {point}")
                raise


def holds(given: Site) -> None:
    """Everything that is so at every point that makes sense."""
    nothing = World()
    whole = space.wanted(given, nothing)
    conflicts.check(space.everyone(given))
    assert_apart(space.everyone(given))
    assert_complete(whole)
    assert_from_checkouts(whole)
    assert_owned(given, whole)
    comes_and_goes(given, whole)
    for name in whole.environments() - COMMON:
        one_comes_and_goes(whole, name)
    if given.choices.presence is Presence.SWITCHED:
        takes_turns(given, whole)
    for drawn in space.documents(whole).values():
        assert_rendered(drawn)
    names = {one.name for one in given.environments}
    picture = draw(whole, given.project, ("prod",), plan(whole, nothing))
    assert ET.fromstring(picture).tag.endswith("svg")
    assert all(name in picture for name in whole.environments() & names)


def assert_apart(world: World) -> None:
    """No two things of any environments have the same name, address, data or login."""
    claims = Counter(claim for thing in world.things() for claim in claimed(thing))
    assert [claim for claim, times in claims.items() if times > 1] == []


def claimed(thing: AnyThing) -> Iterator[tuple[object, ...]]:
    """What is one thing's alone; said here once more, not asked of the code that refuses."""
    match thing:
        case Volume() | Network():
            yield type(thing), thing.name
        case Route():
            yield "address", thing.host, thing.port, thing.path
        case Checkout():
            yield "folder", thing.folder
        case Database():
            yield "place", thing.server, thing.name, thing.schema
            yield "login", thing.server, thing.owner
        case KeySpace() | TopicSpace():
            yield "login", thing.server, thing.user
            yield "prefix", thing.server, thing.prefix
        case Instance():
            yield from (("port", port.published, port.protocol) for port in thing.published)


def assert_complete(world: World) -> None:
    """What is needed is there, and is nobody else's, unless it is production's to be read."""
    for thing in world.things():
        instance = thing.instance if isinstance(thing, Job) else thing
        mounts = instance.mounts if isinstance(instance, Instance) else ()
        read = {one.source for one in mounts if one.read_only}
        for need in thing.needs:
            assert need.key in world.entries, (thing.key, need)
            if environment_of(need.key) not in {environment_of(thing.key), *COMMON}:
                assert need.key in read, (thing.key, need)


def assert_from_checkouts(world: World) -> None:
    """What is made from a checkout is its owner's, who waits for it."""
    for thing in world.things():
        for name in re.findall(r'checkouts/([a-z]+)["/]', msgspec.json.encode(thing).decode()):
            source = f"{name}/checkout/source"
            assert name == environment_of(thing.key)
            assert source in {thing.key, *(need.key for need in thing.needs)}, (thing.key, name)


def assert_owned(given: Site, world: World) -> None:
    """What is shared is what production's own file says it is."""
    services = given.environments[0].app.services
    volumes = {mount.source for one in services.values() for mount in one.mounts}
    for thing in world.things():
        if environment_of(thing.key) == SHARED and isinstance(thing, Instance):
            said = services[name_of(thing.key)]
            assert (thing.image, thing.build is None) == (said.image, said.build is None)
        if environment_of(thing.key) == SHARED and isinstance(thing, Volume):
            assert name_of(thing.key) in volumes


def assert_rendered(drawn: Mapping[str, Any]) -> None:
    """A unit's document names nothing that it does not define; secrets are its variables."""
    for said in drawn.get("services", {}).values():
        assert {*(said.get("networks") or ())} <= {*drawn.get("networks", {}), "default"}
        named = [one for one in said.get("volumes") or () if one["type"] == "volume"]
        assert {one["source"] for one in named} <= drawn["volumes"].keys() or not named
        assert {*(said.get("depends_on") or ())} <= drawn["services"].keys()
        assert "__PW_SECRET" not in str({**said, "labels": None})


def comes_and_goes(given: Site, whole: World) -> None:
    """Up from nothing and again, down and up again, away and nothing is left."""
    made = step(whole, World())
    assert made.entries == whole.entries
    assert not plan(whole, made)
    rest = step(keep(made), made)
    assert all(outlives(thing) for thing in rest.things())
    back = step(space.wanted(given, rest), rest)
    assert back.entries == whole.entries
    assert step(destroy(made), made).entries == {}
    assert step(destroy(rest), rest).entries == {}


def step(goal: World, seen: World, scope: str | None = None) -> World:
    """What comes of a plan; every step in its turn, none that a scope forbids."""
    return carried_out(plan(goal, seen, scope), seen)


def carried_out(made: Plan, seen: World) -> World:
    """The same for a plan that is there."""
    guard.check(made, seen)
    allowed = {made.scope, *COMMON}
    assert made.scope is None or {one.environment for one in made.steps} <= allowed
    return apply(made.steps, seen)


def one_comes_and_goes(whole: World, name: str) -> None:
    """An environment among the others, which notice nothing; and, if it can be there so, alone."""
    mine = {key for key in whole.entries if environment_of(key) == name}
    others = {k: e for k, e in whole.entries.items() if environment_of(k) not in {name, *COMMON}}
    lent = {need.key for one in others.values() for need in one.thing.needs} & mine
    borrowed = {need.key for key in mine for need in whole.entries[key].thing.needs} & others.keys()
    for goal in (keep(whole, name), *([] if lent else [destroy(whole, name)])):
        seen = step(goal, whole, name)
        assert {k: e for k, e in seen.entries.items() if k in others} == others
        assert step(whole, seen, name).entries == whole.entries
    if lent:
        with pytest.raises(Refused, match="another environment uses it"):
            step(destroy(whole, name), whole, name)
    if not borrowed:
        alone = step(whole, World(), name)
        assert mine <= alone.entries.keys()
        left = step(destroy(alone, name), alone, name)
        assert {environment_of(key) for key in left.entries} <= {SHARED}
        assert all(isinstance(thing, KEPT) for thing in left.things())


def takes_turns(given: Site, whole: World) -> None:
    """Another one's turn and back: data stay, what all share is not touched."""
    seen = step(whole, World())
    for on, former in (("dev", "prod"), ("prod", "dev")):
        turn = space.site_on(given, on)
        goal = space.wanted(turn, seen)
        made = in_turn(plan(goal, seen), {former})
        assert {one.environment for one in made.steps} <= {"prod", "dev"}
        staying.check(goal, seen)
        after = carried_out(made, seen)
        assert not plan(space.wanted(turn, after), after)
        kept = {k: e for k, e in seen.entries.items() if isinstance(e.thing, KEPT)}
        assert {k: after.entries.get(k) for k in kept} == kept
        seen = after
    assert {k: e for k, e in seen.entries.items() if environment_of(k) != "dev"} == {
        k: e for k, e in whole.entries.items() if environment_of(k) != "dev"
    }
