"""What a broken-off command goes on with."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from fakes.worlds import instance
from partywall.execution import turn
from partywall.execution.journal import FileJournal
from partywall.model.errors import HalfDone, MachineFailed, Refused
from partywall.model.plan import Action, Step
from partywall.model.world import Entry, World, fingerprint
from partywall.workflows import change, turns
from partywall.workflows.change import Goal


def step(key: str) -> Step:
    thing = instance(key)
    entry = Entry(thing=thing, fingerprint=fingerprint(thing))
    return Step(key=key, action=Action.RESTART, why="asked for", before=entry, after=entry)


def test_a_restart_goes_on_with_what_was_not_restarted(tmp_path: Path):
    goal = Goal(verb="restart", scope="dev")
    journal = FileJournal(tmp_path)
    journal.open({"verb": "restart", "scope": "dev", "goal": msgspec.to_builtins(goal)})
    for key in ("dev/web", "dev/slow"):
        journal.begin(step(key))
    journal.end(step("dev/web"))
    journal.close("interrupted")
    project: Any = SimpleNamespace(home=tmp_path)
    again = change.resume(project, back=False)
    assert again.done == ("dev/web",)
    world = World.of([instance("dev/web"), instance("dev/slow"), instance("prod/web")])
    assert list(change._instances(project, again, world)) == ["dev/slow"]


def broken_off(home: Path, goal: Goal) -> Any:
    journal = FileJournal(home)
    journal.open({"verb": goal.verb, "scope": None, "goal": msgspec.to_builtins(goal)})
    journal.begin(step("prod/web"))
    return SimpleNamespace(home=home)


def test_a_switch_goes_on_or_gives_the_turn_back(tmp_path: Path):
    project = broken_off(tmp_path, Goal(verb="up", to="dev", former="prod"))
    assert change.resume(project, back=False) == Goal(verb="up", to="dev", former="prod")
    assert change.resume(project, back=True) == Goal(verb="back", to="prod")


@pytest.mark.parametrize("back", [True, False])
def test_one_that_was_going_back_only_goes_further_back(tmp_path: Path, back: bool):
    project = broken_off(tmp_path, Goal(verb="back", to="prod"))
    assert change.resume(project, back=back) == Goal(verb="up", to="prod")


def test_a_turn_of_which_nothing_was_done_is_given_back(tmp_path: Path):
    project: Any = SimpleNamespace(home=tmp_path)
    for error, left in (
        (MachineFailed("no room"), "prod"),
        (Refused("it has changed"), "prod"),
        (HalfDone("1 of 2"), "dev"),
    ):
        turn.write(tmp_path, "dev")
        with pytest.raises(type(error)), turns.given_back(project, "prod"):
            raise error
        assert turn.read(tmp_path) == left
