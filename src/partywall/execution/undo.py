"""Where a run came from and where it wanted to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partywall.execution.history import Run
from partywall.model.world import Job, World
from partywall.planning.scope import wanted_of


def start(before: World, observed: World) -> World:
    """The world to plan for to take back what was done since a world was seen.

    Everything that was there at its start, running: a thing that was down is started, since no
    step stops one thing alone. A job that had not got through stays as it was. What could not be
    seen at the start is wanted as it is now, so that going back never removes it.
    """
    entries = {
        key: entry if isinstance(entry.thing, Job) else wanted_of(entry)
        for key, entry in before.entries.items()
    }
    for key, entry in observed.entries.items():
        if before.why_unknown(key) is not None:
            entries.setdefault(key, entry)
    return World(entries)


def goal(run: Run) -> Mapping[str, Any]:
    """What the run was asked for, as its verb wrote it down; with it the run can go on."""
    return run.head.goal
