"""What holds for every plan, over generated worlds."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.simulator import apply
from fakes.worlds import COMMON, seen, worlds
from partywall.model.errors import Refused
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import KEPT, World, environment_of
from partywall.planning.diff import plan
from partywall.planning.guard import check, check_step
from partywall.planning.keep import destroy, keep
from partywall.planning.restart import restart

SCOPES = st.sampled_from(["prod", "dev", "stage"])
VERBS = st.sampled_from(["up", "down", "destroy"])


def of(world: World, *names: str) -> dict:
    return {k: e for k, e in world.entries.items() if environment_of(k) in names}


def wanted_by(verb: str, wanted: World, found: World, scope: str | None) -> World:
    return wanted if verb == "up" else {"down": keep, "destroy": destroy}[verb](found, scope)


@given(worlds(), seen())
def test_a_plan_gets_there(wanted, found):
    assert apply(plan(wanted, found).steps, found).entries == wanted.entries


@given(worlds(), seen(), st.randoms(use_true_random=False))
def test_any_order_that_keeps_the_waits_gets_there(wanted, found, random):
    planned = plan(wanted, found)
    left = {step.key: step for step in planned.steps}
    steps = []
    while left:
        ready = [k for k in left if not left.keys() & set(planned.waits.get(k, ()))]
        steps.append(left.pop(random.choice(sorted(ready))))
    assert apply(steps, found).entries == wanted.entries


@given(worlds())
def test_there_is_nothing_to_do_twice(world):
    assert str(plan(world, world)) == "no changes"


@given(seen(unknown=True))
def test_nothing_is_to_be_done_about_things_as_they_are(world):
    assert not plan(world, world)


@given(worlds(), seen(unknown=True), SCOPES, VERBS)
def test_a_scoped_plan_leaves_others_alone(wanted, found, scope, verb):
    planned = plan(wanted_by(verb, wanted, found, scope), found, scope)
    check(planned, found)
    after = apply(planned.steps, found)
    others = {"prod", "dev", "stage"} - {scope}
    assert of(after, *others) == of(found, *others)
    for step in planned.steps:
        if step.environment in COMMON:
            assert step.action in {Action.CREATE, Action.START, Action.REMOVE}
            assert step.action is not Action.REMOVE or not isinstance(step.before.thing, KEPT)
    for entry in of(found, *others).values():
        for need in entry.thing.needs:
            assert (need.key in found.entries) == (need.key in after.entries) or (
                need.key not in found.entries
            )


@given(worlds(), seen(), SCOPES, VERBS)
def test_a_scoped_plan_gets_there(wanted, found, scope, verb):
    goal = wanted_by(verb, wanted, found, scope)
    after = apply(plan(goal, found, scope).steps, found)
    assert {k: e.thing for k, e in of(after, scope).items()} == {
        k: e.thing for k, e in of(goal, scope).items()
    }
    assert not plan(goal, after, scope)


@given(worlds(), worlds(), SCOPES, st.sampled_from(Action))
def test_a_step_for_another_environment_is_refused(wanted, found, scope, action):
    world = World({**found.entries, **wanted.entries})
    for key, entry in world.entries.items():
        step = Step(key=key, action=action, why="planted", before=entry, after=entry)
        if environment_of(key) not in {scope, *COMMON}:
            with pytest.raises(Refused):
                check_step(step, scope, world)
            smuggled = msgspec.structs.replace(step, key=f"{scope}/web")
            with pytest.raises(Refused):
                check(Plan(scope=scope, steps=(smuggled,)), world)


@given(worlds(), seen(unknown=True), SCOPES | st.none())
def test_the_unknown_has_no_step(wanted, found, scope):
    for step in plan(wanted, found, scope).steps:
        assert found.why_unknown(step.key) is None


@given(worlds(), seen(unknown=True), SCOPES | st.none())
def test_equal_worlds_give_equal_plans(wanted, found, scope):
    again = World(dict(reversed(wanted.entries.items())))
    found_again = World(dict(reversed(found.entries.items())), found.unknown)
    assert plan(wanted, found, scope) == plan(again, found_again, scope)


@given(worlds(), st.data())
def test_a_restart_changes_nothing(world, data):
    services = [k for k in world.entries if k.count("/") == 1]
    keys = data.draw(st.lists(st.sampled_from(services))) if services else []
    planned = restart(world, keys)
    assert apply(planned.steps, world) == world
    assert {step.key for step in planned.steps} == set(keys)


@given(worlds(), seen())
def test_a_plan_survives_json(wanted, found):
    planned = plan(wanted, found)
    assert msgspec.json.decode(msgspec.json.encode(planned), type=Plan) == planned
