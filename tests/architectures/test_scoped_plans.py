"""A plan for one environment leaves every other alone, whatever the app; and is defended twice."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from architectures import plans
from architectures.apps import installations, sites
from fakes.simulator import apply
from partywall.axes.world import desired
from partywall.execution.act import act
from partywall.execution.executor import execute
from partywall.interfaces import Clock, Journal, Observer, Performer, Progress
from partywall.model.app import Role, Service
from partywall.model.errors import BadInput, Refused
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import Key, World, environment_of
from partywall.planning import conflicts, guard
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep

VERBS = st.sampled_from(["up", "down", "destroy"])


def scoped(verb: str, wanted: World, seen: World, scope: str = "dev") -> Plan:
    goal = wanted if verb == "up" else {"down": keep, "destroy": destroy}[verb](seen, scope)
    return plan(goal, seen, scope)


def others(world: World, scope: str = "dev") -> dict:
    """What belongs to other environments."""
    foreign = (key for key in world.entries if environment_of(key) not in {scope, "machine"})
    return {key: world.entries[key] for key in foreign}


class Frozen(Observer):
    """Sees one world for ever."""

    def __init__(self, world: World) -> None:
        self._world = world

    def observe(self, environments=None) -> World:
        return self._world

    def look(self, key: Key):
        return self._world.entries.get(key)


class Untouchable(Performer):
    """Must never be called."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def create(self, entry) -> None:
        raise AssertionError(f"created {entry.thing.key}")

    def change(self, before, after) -> None:
        raise AssertionError(f"changed {before.thing.key}")

    def start(self, entry) -> None:
        raise AssertionError(f"started {entry.thing.key}")

    def restart(self, entry) -> None:
        raise AssertionError(f"restarted {entry.thing.key}")

    def remove(self, entry) -> None:
        raise AssertionError(f"removed {entry.thing.key}")


class Paper(Journal, Progress, Clock):
    """Everything else that execution wants, in memory."""

    def __init__(self) -> None:
        self.begun: list[Key] = []
        self.outcome = ""

    def open(self, head) -> None:
        pass

    def begin(self, step: Step) -> None:
        self.begun.append(step.key)

    def end(self, step: Step) -> None:
        raise AssertionError(step)

    def fail(self, step: Step, says: str) -> None:
        pass

    def close(self, outcome: str) -> None:
        self.outcome = outcome

    def began(self, step: Step) -> None:
        pass

    def ended(self, step: Step, seconds: float) -> None:
        raise AssertionError(step)

    def failed(self, step: Step, says: str) -> None:
        pass

    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        pass


@given(installations(), VERBS)
def test_a_plan_for_dev_holds_no_key_of_another(installation, verb):
    _, wanted, seen = installation
    planned = scoped(verb, wanted, seen)
    guard.check(planned, seen)
    assert {step.environment for step in planned.steps} <= {"dev", "machine"}
    assert others(apply(planned.steps, seen)) == others(seen)


@given(sites())
def test_environments_meet_only_at_the_edge(site):
    world = desired(site)
    for thing in world.things():
        for need in thing.needs:
            assert environment_of(need.key) in {environment_of(thing.key), "machine"}


@given(sites())
def test_the_axes_make_nothing_that_two_environments_claim(site):
    try:
        conflicts.check(desired(site))
    except Refused as error:  # only the app itself can: two of its services at one address
        one, two = error.what.split(" both ")[0].split(" and ")
        assert environment_of(one) == environment_of(two)


@given(sites())
def test_every_need_is_there(site):
    world = desired(site)
    for thing in world.things():
        networks = {need.key for need in thing.needs if "/network/" in need.key}
        assert {need.key for need in thing.needs} - networks <= world.entries.keys()


@given(installations(), VERBS)
def test_a_generated_app_can_be_planned_and_arrives(installation, verb):
    _, wanted, seen = installation
    planned = scoped(verb, wanted, seen)
    again = scoped(verb, wanted, apply(planned.steps, seen))
    assert not [step for step in again.steps if step.environment == "dev"]


@st.composite
def tampered(draw: st.DrawFn) -> tuple[Plan, Step, World]:
    """A right plan for dev with one step that somebody put into it, and that step."""
    _, wanted, seen = draw(installations())
    planned = scoped(draw(VERBS), wanted, seen)
    whole = World({**seen.entries, **wanted.entries})
    prod = sorted(others(whole))
    assume(prod)
    key = draw(st.sampled_from(prod))
    entry = whole.entries[key]
    action = draw(st.sampled_from(Action))
    before = None if action is Action.CREATE else seen.entries.get(key, entry)
    after = None if action is Action.REMOVE else entry
    name = key if draw(st.booleans()) else f"dev/{key.partition('/')[2]}"  # openly, or disguised
    planted = Step(key=name, action=action, why="planted", before=before, after=after)
    kept = [step for step in planned.steps if step.key != name]
    at = draw(st.integers(0, len(kept)))
    steps = (*kept[:at], planted, *kept[at:])
    waits = {key: () for key in planned.waits if key != name}
    return msgspec.structs.replace(planned, steps=steps, waits=waits), planted, seen


def hands(planned: Plan) -> Iterator[Untouchable]:
    kinds = {
        type(entry.thing) for step in planned.steps for entry in (step.before, step.after) if entry
    }
    return (Untouchable(kind) for kind in kinds)


@given(tampered())
def test_a_planted_step_is_refused_by_the_planner_s_guard(case):
    planned, planted, seen = case
    with pytest.raises(Refused) as error:
        guard.check(planned, seen)
    assert planted.key in error.value.what or "another environment uses" in error.value.what
    assert error.value.code == 3


@given(tampered())
def test_and_again_by_the_executor_before_anything_is_begun(case):
    planned, _, seen = case
    paper = Paper()
    with pytest.raises(Refused):
        execute(planned, Frozen(seen), [*hands(planned)], paper, paper, paper)
    assert paper.begun == []
    assert paper.outcome == "failed"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(tampered())
def test_and_by_the_act_itself_if_both_were_left_out(case):
    planned, planted, seen = case
    with pytest.raises(Refused):
        act(planted, "dev", Frozen(seen), {hand.kind: hand for hand in hands(planned)})


def test_an_app_that_brings_its_own_proxy_can_go():
    """Its role is `edge` as well, but it is not the edge that other environments' routes need."""
    site = plans.site("dual")
    proxy = Service(name="proxy", role=Role.EDGE, why="said", image="caddy:2", exposed=(80,))
    withs = [
        msgspec.structs.replace(
            one,
            app=msgspec.structs.replace(one.app, services={**one.app.services, "proxy": proxy}),
        )
        for one in site.environments
    ]
    whole = desired(msgspec.structs.replace(site, environments=tuple(withs)))
    for verb in ("up", "down", "destroy"):
        planned = scoped(verb, desired(site), whole)
        guard.check(planned, whole)
        assert "dev/proxy" in {step.key for step in planned.steps}
        assert "machine/edge" not in {step.key for step in planned.steps}


def test_a_reserved_name_is_no_scope():
    for name in ("shared", "machine", "edge", "all"):
        with pytest.raises(BadInput):
            plan(World(), World(), name)
