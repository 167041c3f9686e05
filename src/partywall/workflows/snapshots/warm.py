"""Copies that are open before anybody asks for them, so that nobody waits for one."""

from __future__ import annotations

import msgspec

from partywall.system.filelock import locked
from partywall.workflows.project import Project
from partywall.workflows.snapshots.store import Clone, Snapshot, Store, write_clone


def claimed(project: Project, store: Store, snapshot: Snapshot, seconds: float) -> Clone | None:
    """A copy that waits and stays as long as it is needed, from now on its taker's alone.

    Args:
        project: whose.
        store: where the snapshot is.
        snapshot: of which.
        seconds: how long it is needed.
    """
    until = project.clock.now() + seconds
    with locked(project.home / "locks" / ".copies", "the open copies"):
        for one in waiting(project, store, snapshot):
            if one.until >= until:
                taken = msgspec.structs.replace(one, waiting=False, until=until)
                write_clone(store.clone(one.name), taken)
                return taken
    return None


def waiting(project: Project, store: Store, snapshot: Snapshot) -> list[Clone]:
    """Those of a snapshot that wait, and whose servers run."""
    found = [one for one in store.open() if one.waiting and one.snapshot.id == snapshot.id]
    running = project.engine.throwaways().running() if found else frozenset()
    return [one for one in found if one.name in running]
