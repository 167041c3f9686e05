"""What is owed for every kind of thing that stands in a project: `python -m lives.obligations DIR`.

The engines' conformance suite asks the same of a small world of their own; here it is asked of
each kind that an architecture makes: parts of servers, checkouts, budgets and routes as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from partywall.model.world import Entry, Instance, Job, World
from partywall.planning.diff import plan
from partywall.workflows.opening import Where, open_project
from partywall.workflows.project import Project


def owed(project: Project) -> None:
    """Fail with the first obligation that is not kept."""
    observer = project.observer
    seen = observer.observe()
    assert not seen.unknown, seen.unknown
    assert msgspec.json.decode(msgspec.json.encode(seen), type=World) == seen
    for key, entry in seen.entries.items():
        assert observer.look(key) == entry, f"to look at {key} is to observe one"
        assert not entry.faults, (key, entry.faults)
    assert observer.look("dev/ghost") is None
    for name in seen.environments() - {"shared", "machine"}:
        part = observer.observe([name]).entries
        assert part == {key: seen.entries[key] for key in part}, f"{name} is observed as a part"
    _made_twice(project, seen)


def _made_twice(project: Project, seen: World) -> None:
    """To create is to create once: what stands is left alone."""
    performers = {performer.kind: performer for performer in project.performers()}
    wanted = project.desired()
    assert not plan(wanted, seen).steps
    for entry in filter(_rests, wanted.entries.values()):
        performers[type(entry.thing)].create(entry)
    after = project.observer.observe()
    assert after == seen, {key for key in seen.entries if seen.entries[key] != after.entries[key]}


def _rests(entry: Entry) -> bool:
    """Whether it is nothing that runs by itself, which engines' own suite sees to."""
    return not isinstance(entry.thing, Instance | Job)


if __name__ == "__main__":
    owed(open_project(Where(folder=Path(sys.argv[1]))))
