"""`snapshot open`: a server on a copy of a snapshot, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from partywall.compose import quantity
from partywall.model.errors import BadInput
from partywall.workflows.project import Project
from partywall.workflows.snapshots import starting, sweep, vault, warm
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.starting import Start
from partywall.workflows.snapshots.store import Clone, Snapshot, Store, password


def lifetime(text: str) -> float:
    """Seconds that a clone stays, as the command line says them.

    Raises:
        BadInput: when that is no time, or none at all.
    """
    try:
        found = quantity.seconds(text)
    except ValueError as error:
        raise BadInput(f"`--for`: {error}", remedy="write for example 30m or 2h") from error
    if not found:
        raise BadInput("`--for` is nothing", remedy="write for example 30m or 2h")
    return found


def open_clone(project: Project, store: Store, snapshot: Snapshot, seconds: float) -> Opened:
    """A server on a copy of a snapshot: one that waits, or a new one.

    Raises:
        PartywallError: when it does not come up; nothing is left of it.
    """
    if taken := warm.claimed(project, store, snapshot, seconds):
        folder = store.clone(taken.name)
        files = vault.places(snapshot.files, folder)
        return Opened(clone=taken, password=password(folder), files=files)
    return made(project, store, snapshot, seconds)


def keep_waiting(
    project: Project, store: Store, snapshot: Snapshot, seconds: float, count: int
) -> list[Clone]:
    """Have so many copies wait for whoever opens the snapshot next; says which are new.

    Raises:
        PartywallError: when one does not come up; those before it stay.
    """
    there = len(warm.waiting(project, store, snapshot))
    return [
        made(project, store, snapshot, seconds, waiting=True).clone for _ in range(there, count)
    ]


def made(
    project: Project, store: Store, snapshot: Snapshot, seconds: float, *, waiting: bool = False
) -> Opened:
    """Start a new server on a copy of a snapshot.

    Raises:
        Refused: when there is not enough room for it.
        PartywallError: when it does not come up; nothing is left of it.
    """
    start = Start(project, store, snapshot, store.place(snapshot.id))
    with start.copied(seconds) as copy:
        return starting.stay(store, copy.opened(), snapshot, waiting=waiting)


@contextmanager
def while_open(
    project: Project, store: Store, snapshot: Snapshot, seconds: float
) -> Iterator[Opened]:
    """A clone that is closed when the block ends, and otherwise when its time is over."""
    opened = open_clone(project, store, snapshot, seconds)
    try:
        yield opened
    finally:
        sweep.close(project.engine.throwaways(), store, opened.clone)
