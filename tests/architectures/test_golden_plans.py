"""Every architecture's plan for the reference app, compared with the text that was reviewed."""

import pytest

from architectures import plans, portions
from partywall import catalog
from partywall.axes.site import EDGE, EDGE_SIDES
from partywall.model.plan import Action
from partywall.model.world import World, environment_of

AGAIN = "run `python -m tests.architectures.regenerate` and read the difference"


@pytest.mark.parametrize("name", plans.PLANS)
def test_the_plan_is_the_reviewed_one(name):
    assert plans.file(name).is_file(), AGAIN
    assert plans.text(plans.PLANS[name]()) == plans.file(name).read_text(), AGAIN


def test_a_budget_is_shared_out_as_reviewed():
    assert portions.text() == portions.FILE.read_text(), AGAIN


def test_no_golden_plan_is_left_over():
    assert {plans.file(name) for name in plans.PLANS} == set(plans.GOLDEN.glob("*")), AGAIN


def test_the_stored_app_is_the_example_as_it_is():
    assert plans.DIGEST.read_text() == plans.digest(), AGAIN


def test_every_architecture_has_a_golden_plan():
    for preset in catalog.presets().values():
        name = f"dual+{preset.name}" if preset.overlay else preset.name
        assert name in plans.PLANS, f"add {name} to PLANS in tests/architectures/plans.py"


def test_no_secret_value_is_in_a_stored_file():
    for path in plans.STORED.glob("*.yaml"):
        for line in path.read_text().splitlines():
            name, _, value = line.strip().partition(": ")
            assert not name.endswith(("PASSWORD", "SECRET")) or "__PW_SECRET_" in value, path


@pytest.mark.parametrize("architectures", [("dual",), ("dual", "limits"), ("ports",)])
def test_environments_share_nothing_but_the_edge(architectures):
    world = plans.world(*architectures)
    for thing in world.things():
        for need in thing.needs:
            assert environment_of(need.key) in {environment_of(thing.key), "machine"}
    assert {k for k in world.entries if environment_of(k) not in plans.NAMES} == {EDGE, *EDGE_SIDES}


def test_no_secret_and_no_name_is_in_both_environments():
    world = plans.world("dual")
    named = [thing.name for thing in world.things() if hasattr(thing, "name")]
    volumes = [name for name in named if name.startswith("makapix-")]
    assert len(volumes) == len(set(volumes)) == 2 * 5
    assert len({t.host + t.path for t in world.things() if hasattr(t, "host")}) == 6


def test_a_scoped_plan_keeps_out_of_the_other_environment():
    for name, made in plans.PLANS.items():
        planned = made()
        if planned.scope is not None:
            assert {s.environment for s in planned.steps} <= {planned.scope, "machine", "shared"}, (
                name
            )


def test_destroying_and_creating_are_the_same_keys():
    made, gone = plans.PLANS["dual, dev alone"](), plans.PLANS["dual, destroy the last"]()
    assert {step.key for step in made.steps} == {step.key for step in gone.steps}
    assert {step.action for step in gone.steps} == {Action.REMOVE}


def test_a_world_is_the_same_however_often_it_is_made():
    assert plans.world("dual") == plans.world("dual")
    assert plans.world("dual") != World()
