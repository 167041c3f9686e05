"""What a broken-off command goes on with."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from fakes.worlds import instance
from partywall.execution.journal import FileJournal
from partywall.model.plan import Action, Step
from partywall.model.world import Entry, World, fingerprint
from partywall.workflows import change
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
