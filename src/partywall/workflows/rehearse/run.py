"""The rehearsal as a whole: a snapshot, in whose place, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from partywall.model.errors import BadInput
from partywall.model.world import Instance
from partywall.rehearsal.rehearse import rehearse
from partywall.rehearsal.report import Report
from partywall.rehearsal.wanted import Wanted
from partywall.workflows.project import Project
from partywall.workflows.rehearse import code
from partywall.workflows.rehearse.place import Asked, Cast, cast, whose_code
from partywall.workflows.rehearse.stage import SnapshotStage, lifetime
from partywall.workflows.schema import place
from partywall.workflows.snapshots import keeping, stores, sweep, take
from partywall.workflows.snapshots.store import Snapshot, Store

Tell = Callable[[str], None]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    asked: Asked
    database: str = ""
    """The service of the database, where there are several."""
    snapshot: str = ""
    """An existing one; empty: one is taken, and dropped afterwards."""
    wanted: Wanted


def run(project: Project, order: Order, tell: Tell) -> Report:
    """Rehearse a migration; production is only read.

    Raises:
        BadInput: when there is no such database, service or snapshot.
        PartywallError: when a copy cannot be made, or a program not be started.
    """
    for said in sweep.sweep(project):
        tell(said)
    home = place.find(project, order.asked.production, order.database)
    with code.newest(project, whose_code(project, order.asked)) as new:
        found = cast(new.project, home.database, order.asked)
        chosen = msgspec.structs.replace(found, like=new.moved(found.like))
        wanted = _complete(project, order, chosen, new.folder)
        _refuse_same_code(project, chosen, wanted)
        with _snapshot(project, order, tell) as (store, snapshot):
            stage = SnapshotStage(project, store, snapshot, chosen, lifetime(wanted))
            return rehearse(stage, wanted, tell)


@contextmanager
def _snapshot(project: Project, order: Order, tell: Tell) -> Iterator[tuple[Store, Snapshot]]:
    if order.snapshot:
        yield stores.find(project, order.snapshot)
        return
    asked = take.Wanted(
        environment=order.asked.production,
        service=order.database,
        ready=lifetime(order.wanted),
        held=True,
    )
    store, made = take.take(project, asked, tell)
    try:
        yield store, made
    finally:
        keeping.drop_own(project, made)


def _complete(project: Project, order: Order, chosen: Cast, folder: Path) -> Wanted:
    """With the service's own command where none is given, and the place of its source.

    Of an image without a command in the Compose file it is the image's own.
    """
    migrate = order.wanted.migrate or _own(project, chosen.like)
    if not migrate and not project.engine.definitions:
        raise BadInput(
            f"nothing says what {chosen.like.service} runs",
            remedy="give the command: `partywall rehearse -- COMMAND`",
        )
    return msgspec.structs.replace(order.wanted, migrate=migrate, folder=folder)


def _own(project: Project, like: Instance) -> tuple[str, ...]:
    said = like.command if project.engine.definitions else like.run
    return tuple(said or ())


def _refuse_same_code(project: Project, chosen: Cast, wanted: Wanted) -> None:
    """The old code's tests say nothing where there is no old code."""
    former = chosen.former
    if not wanted.old_tests or project.engine.definitions:
        return
    if former is None or former.folder == chosen.like.folder:
        raise BadInput(
            "the old code is nowhere: production runs from the same folder as the new one",
            where=project.settings.where("source"),
            remedy="say `source: branch`, or leave --old-tests out",
        )
