"""What other projects use too is not taken from them."""

from __future__ import annotations

from fakes.worlds import edge, environment
from partywall.model.plan import Action
from partywall.model.world import MACHINE, World
from partywall.planning.diff import plan
from partywall.planning.lent import spare
from partywall.planning.restart import restart

OTHER = "project `b` (/srv/b)"
STANDING = World.of([*environment("dev"), edge()])


def test_the_edge_is_left_to_the_others_with_a_note() -> None:
    whole = plan(World(), STANDING)
    left = spare(whole, [OTHER])
    assert MACHINE in {step.environment for step in whole.steps}
    assert {step.key for step in left.steps} == STANDING.entries.keys() - {edge().key}
    assert edge().key not in {key for keys in left.waits.values() for key in keys}
    assert left.notes == (f"the edge is left as it is: {OTHER} uses it too",)


def test_nobody_elses_edge_goes_as_planned() -> None:
    whole = plan(World(), STANDING)
    assert spare(whole, []) is whole


def test_a_plan_that_takes_nothing_from_anybody_stays() -> None:
    whole = plan(STANDING, World())
    assert spare(whole, [OTHER, OTHER]) is whole


def test_a_restart_of_everything_leaves_it_running() -> None:
    left = spare(restart(STANDING, ["dev/web", edge().key]), [OTHER, "project `c`"])
    assert [(step.action, step.key) for step in left.steps] == [(Action.RESTART, "dev/web")]
    assert left.notes[0].endswith("use it too")
