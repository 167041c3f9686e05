"""`snapshot take`: a living server's data, copied, and opened by a server of their own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from partywall.compose.envfiles import fresh_secret
from partywall.data.postgres.connect import get_ready
from partywall.execution.owner import myself
from partywall.model.secret import Secret
from partywall.model.world import name_of
from partywall.system.files import failed, make_folder, sync_folder
from partywall.workflows.pool import Tell
from partywall.workflows.project import Project
from partywall.workflows.snapshots import (
    copying,
    dumping,
    ladder,
    room,
    source,
    starting,
    sweep,
    vault,
)
from partywall.workflows.snapshots.copying import Base, Made
from partywall.workflows.snapshots.ladder import Way
from partywall.workflows.snapshots.looking import SECONDS, Look
from partywall.workflows.snapshots.source import Source
from partywall.workflows.snapshots.store import (
    Making,
    Snapshot,
    Store,
    write_making,
    write_password,
    write_snapshot,
)
from partywall.workflows.snapshots.vault import Files

_MARGIN = 30.0
"""Seconds that may pass until who asked for a server that waits takes it."""
_DUMPED = 1.5
"""Of the data's bytes; a dump lies beside what is restored of it, packed."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    environment: str
    service: str = ""
    label: str = ""
    method: str = ""
    gently: bool = False
    """Whether the server may take its own time for the checkpoint."""
    ready: float = 0.0
    """Seconds for which the server that looks at the copy may wait for whoever opens it next,
    where that is one on a copy of its own; 0: it ends."""
    held: bool = False
    """Whether it is for this process alone, which drops it."""
    files: tuple[str, ...] = ()
    """Volumes, or services with volumes, whose files are copied, too; `all` of them."""


def planned(project: Project, wanted: Wanted) -> tuple[Source, Way]:
    """What would be done: the server, and the way; nothing is changed."""
    get_ready()
    found = source.find(project, wanted.environment, wanted.service)
    return found, ladder.choose(found.ground, wanted.method)


def take(project: Project, wanted: Wanted, tell: Tell) -> tuple[Store, Snapshot]:
    """Take a snapshot; production is only read.

    Raises:
        BadInput: when there is no such database.
        Refused: when there is not enough room.
        PartywallError: when it does not get through; nothing is left of it.
    """
    begun = time.monotonic()
    get_ready()
    sweep.sweep(project)
    found, way = planned(project, wanted)
    files = vault.find(project, wanted.environment, wanted.files)
    store = Store(way.folder)
    base = copying.base(store, found, way)
    room.for_snapshot(project, way.folder, _needed(found, way, files, base), tell)
    name = _name(project)
    with _drafted(project, store, name) as draft:
        tell(f"copying {found.home.database.server}: {ladder.COSTS[way.method]}")
        made = _make(project, found, way, draft, base, gently=wanted.gently)
        # After the database: it names no file that was not there yet.
        beside = vault.copy(files, draft)
        tell("a server on the copy recovers, and is looked at")
        home = found.home
        record = Snapshot(
            id=name,
            environment=home.environment,
            service=name_of(home.database.key),
            server=home.database.server,
            like=found.like,
            names=found.names,
            database=home.database.name,
            schema=home.schema,
            owner=home.database.owner,
            admin=found.admin.user,
            made=project.clock.now(),
            method=way.method,
            why=way.why,
            seconds=0.0,
            bytes=made.bytes,
            postgres=found.facts.version,
            verified=(),
            label=wanted.label,
            notes=made.notes,
            raw=made.raw,
            files=beside,
            holder=myself() if wanted.held else None,
        )
        write_password(draft, Secret(fresh_secret()))
        look = Look(project, store, made, record, draft)
        with look.seen(wanted.ready + _MARGIN if wanted.ready else SECONDS) as seen:
            took = round(time.monotonic() - begun, 3)
            record = msgspec.structs.replace(record, verified=seen.databases, seconds=took)
            write_snapshot(draft, record)
            _keep(draft, store.place(name))
    if seen.opened and wanted.ready:
        starting.stay(store, seen.opened, record, waiting=True)
    elif seen.opened:
        sweep.close(project.engine.throwaways(), store, seen.opened.clone)
    return store, record


def _name(project: Project) -> str:
    """A new id: the moment, in UTC, and what tells it from another one of the same second."""
    moment = datetime.fromtimestamp(project.clock.now(), UTC).strftime("%Y%m%d-%H%M%S")
    return f"{moment}-{uuid4().hex[:4]}"


def _needed(found: Source, way: Way, files: Iterable[Files], base: Base | None) -> int:
    """Bytes of disk; a copy that shares blocks needs room only for what recovery writes."""
    data = 0
    if way.method == ladder.DUMP:
        data = int(found.facts.bytes * _DUMPED)
    elif way.method == ladder.BASE_BACKUP:
        data = copying.needed(found, base)
    return data + vault.needed(files, way.folder)


@contextlib.contextmanager
def _drafted(project: Project, store: Store, name: str) -> Iterator[Path]:
    """A folder for what is being made; nothing is left of what does not get its name."""
    draft = make_folder(store.draft(name))
    write_making(draft, Making(name=name, maker=myself()))
    try:
        yield draft
    except BaseException:
        sweep.undo(project, draft, name)
        raise


def _make(
    project: Project, found: Source, way: Way, draft: Path, base: Base | None, *, gently: bool
) -> Made:
    if way.method == ladder.DUMP:
        return dumping.dumped(project, found, draft, draft.name.removeprefix("."))
    return copying.copied(project, found, way, draft, base, gently=gently)


def _keep(draft: Path, place: Path) -> None:
    try:
        draft.rename(place)
        sync_folder(place.parent)
        (place / "making.json").unlink()
    except OSError as error:
        raise failed(error, "keep the snapshot", place) from error
