"""`snapshot take`: a living server's data, copied, and opened by a server of their own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from partywall.compose.envfiles import fresh_secret
from partywall.data.postgres.connect import get_ready
from partywall.data.postgres.snapshots import server as servers
from partywall.data.postgres.snapshots.server import Login
from partywall.execution.owner import myself
from partywall.model.errors import MachineFailed, Refused
from partywall.model.secret import Secret
from partywall.model.world import name_of
from partywall.system import machine
from partywall.system.files import failed, make_folder, sync_folder
from partywall.workflows import pool
from partywall.workflows.project import Project
from partywall.workflows.snapshots import copying, dumping, ladder, source, sweep, vault
from partywall.workflows.snapshots.copying import Made
from partywall.workflows.snapshots.ladder import Way
from partywall.workflows.snapshots.source import Source
from partywall.workflows.snapshots.store import (
    DATA,
    Making,
    Snapshot,
    Store,
    settled,
    write_making,
    write_password,
    write_snapshot,
    write_unsettled,
)
from partywall.workflows.snapshots.vault import Files

if TYPE_CHECKING:
    from psycopg import Connection

Tell = Callable[[str], None]
_SECONDS = 600.0
"""How long a server on the copy may take to recover."""
_RESERVE = 256 << 20
"""Bytes that are left free on a disk for those who live on it."""
_ROOM = {ladder.REFLINK: 0.0, ladder.BASE_BACKUP: 1.0, ladder.DUMP: 1.5}
"""Of the data's bytes; a dump lies beside what is restored of it, packed."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    environment: str
    service: str = ""
    label: str = ""
    method: str = ""
    gently: bool = False
    """Whether the server may take its own time for the checkpoint."""
    files: tuple[str, ...] = ()
    """Volumes, or services with volumes, whose files are copied, too; `all` of them."""


def planned(project: Project, wanted: Wanted) -> tuple[Source, Way]:
    """What would be done: the server, and the way; nothing is changed."""
    get_ready()
    found = source.find(project, wanted.environment, wanted.service)
    return found, ladder.choose(found.ground, wanted.method)


def take(project: Project, wanted: Wanted, tell: Tell) -> tuple[Store, Snapshot]:
    """Take a snapshot; production is only read.

    It can be opened at once, and survives a power cut when `settle` has seen to it.

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
    _make_room(project, _needed(found, way, files), way, tell)
    name = _name(project)
    with _drafted(project, store, name) as draft:
        tell(f"copying {found.home.database.server}: {ladder.COSTS[way.method]}")
        made = _make(project, found, way, draft, gently=wanted.gently)
        # After the database: it names no file that was not there yet.
        beside = vault.copy(files, draft)
        tell("a server on the copy recovers, and is looked at")
        password = Secret(fresh_secret())
        verified = _verify(project, made.source, draft, name, password)
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
            seconds=round(time.monotonic() - begun, 3),
            bytes=made.bytes,
            postgres=found.facts.version,
            verified=tuple(verified),
            label=wanted.label,
            notes=made.notes,
            files=beside,
        )
        write_password(draft, password)
        write_unsettled(draft)
        write_snapshot(draft, record)
        _keep(draft, store.place(name))
    return store, record


def settle(store: Store, snapshot: Snapshot) -> None:
    """Have all of a snapshot on the disk.

    Raises:
        MachineFailed: when the disk does not take it.
    """
    settled(store.place(snapshot.id))


def _name(project: Project) -> str:
    """A new id: the moment, in UTC, and what tells it from another one of the same second."""
    moment = datetime.fromtimestamp(project.clock.now(), UTC).strftime("%Y%m%d-%H%M%S")
    return f"{moment}-{uuid4().hex[:4]}"


def _needed(found: Source, way: Way, files: Iterable[Files]) -> int:
    """Bytes of disk; a copy that shares blocks needs room only for what recovery writes."""
    data = int(found.facts.bytes * _ROOM[way.method])
    return _RESERVE + data + vault.needed(files, way.folder)


def _make_room(project: Project, needed: int, way: Way, tell: Tell) -> None:
    """See that there is so much room where the snapshot will be.

    Raises:
        Refused: when there is not.
    """
    if way.folder == pool.folder(project):
        pool.ensure_room(project, needed, tell)
    elif (free := machine.free_disk_bytes(way.folder)) < needed:
        raise Refused(
            f"the snapshot needs {needed >> 20} MiB free in {way.folder}, and {free >> 20} MiB are",
            remedy="`partywall snapshot prune` removes old ones",
        )


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


def _make(project: Project, found: Source, way: Way, draft: Path, *, gently: bool) -> Made:
    if way.method == ladder.DUMP:
        return dumping.dumped(project, found, draft, draft.name.removeprefix("."))
    return copying.copied(project, found, way, draft, gently=gently)


def _verify(project: Project, found: Source, draft: Path, name: str, password: Secret) -> list[str]:
    """Start a server on the copy, see that all is there, close its doors, and end it cleanly."""
    hands = project.engine.throwaways()
    door = hands.start(copying.server(found, name, draft / DATA, _SECONDS))

    def entered(database: str) -> Connection[Any]:
        login = Login(user=found.admin.user, password=found.admin.password, database=database)
        return servers.come_in(
            door, login, seconds=_SECONDS, gone=lambda: sweep.ended(hands, name, draft / DATA)
        )

    with entered(found.home.database.name) as connection:
        names = servers.check(connection, found.facts, entered)
        servers.close_doors(connection, found.home.database.owner, password)
    hands.stop(name)
    if (draft / DATA / "postmaster.pid").exists():
        raise MachineFailed(
            "the server on the copy did not end cleanly",
            detail=sweep.last_words(hands, name, draft / DATA),
        )
    return names


def _keep(draft: Path, place: Path) -> None:
    try:
        draft.rename(place)
        sync_folder(place.parent)
        (place / "making.json").unlink()
    except OSError as error:
        raise failed(error, "keep the snapshot", place) from error
