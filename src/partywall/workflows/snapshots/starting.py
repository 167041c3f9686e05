"""Starts a server on a copy of a snapshot, and closes it towards everybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from partywall.data.postgres.connect import get_ready, understood
from partywall.data.postgres.snapshots import files as data_files
from partywall.data.postgres.snapshots import server as servers
from partywall.data.postgres.snapshots.server import Login
from partywall.data.postgres.snapshots.versions import major
from partywall.execution.owner import myself
from partywall.interfaces import Door, Throwaway
from partywall.model.secret import Secret
from partywall.system import treecopy
from partywall.system.files import make_folder
from partywall.system.treecopy import Mode, copy_tree, still
from partywall.workflows.project import Project
from partywall.workflows.snapshots import allowance, copying, room, sweep, vault
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.store import (
    DATA,
    Clone,
    Snapshot,
    Store,
    first,
    password,
    write_clone,
    write_password,
)

if TYPE_CHECKING:
    from psycopg import Connection

Enter = Callable[[str], "Connection[Any]"]
"""A session with another database of a server."""
Look = Callable[["Connection[Any]", Enter], None]
_SECONDS = 600.0
"""How long a server on a copy may take to come up: it may have to recover."""
FAILED = "the server on the copy did not do its part"
LOOK = "run the same command again; if it happens again, see whether the disk is full"
_CLONES = 18
"""The first version that copies files by reference."""


class Start:
    """The start of a server on a copy of a snapshot."""

    def __init__(self, project: Project, store: Store, snapshot: Snapshot, place: Path) -> None:
        """Nothing happens yet.

        Args:
            project: whose.
            store: where the copy is made.
            snapshot: of what.
            place: the snapshot's folder.
        """
        self._project = project
        self._hands = project.engine.throwaways()
        self._store = store
        self._snapshot = snapshot
        self._place = place

    @contextmanager
    def copied(self, seconds: float) -> Iterator[Copy]:
        """A copy of the data, on which a server can be opened; gone when the block raises.

        It is one that is being made until its record says where its server listens.

        Args:
            seconds: after which it may go, and its server ends by itself; they count from the
                moment at which that is started.

        Raises:
            Refused: when there is not enough room.
            MachineFailed: when it cannot be made.
        """
        get_ready()
        now = self._project.clock.now()
        clone = Clone(
            name=f"open-{uuid4().hex[:8]}",
            snapshot=self._snapshot,
            maker=myself(),
            made=now,
            until=now + seconds,
        )
        folder = make_folder(self._store.clone(clone.name))
        write_clone(folder, clone)
        try:
            by_reference = self._copied(folder / DATA)
            settings = _cheap(self._snapshot, by_reference=by_reference)
            yield Copy(self._project, clone, self._place, folder, settings)
        except BaseException:
            sweep.close(self._hands, self._store, clone)
            raise

    def _copied(self, target: Path) -> bool:
        """Copy the data, by reference where that can be; whether it could."""
        golden, size = self._place / DATA, self._snapshot.bytes
        with still(self._place, dropped(self._snapshot)):
            by_reference = treecopy.clones(golden / copying.VERSION, target.parent)
            room.for_copy(self._project, self._store, 0 if by_reference else size)
            copy_tree(golden, target, Mode(by_reference=by_reference), _is_written)
        return by_reference


class Copy:
    """A copy of a snapshot, before a server is open on it."""

    def __init__(
        self,
        project: Project,
        clone: Clone,
        place: Path,
        folder: Path,
        settings: Mapping[str, str],
    ) -> None:
        self._hands = project.engine.throwaways()
        self._clock = project.clock
        self._clone = clone
        self._place = place
        self._folder = folder
        self._settings = settings

    def opened(self, look: Look = lambda _connection, _enter: None) -> Opened:
        """Start its server, and let nobody in but who knows its password.

        Args:
            look: what is done before roles get other passwords.

        Raises:
            MachineFailed: when it does not come up, does not do as it is told, or its snapshot
                was dropped meanwhile.
        """
        of = self._clone.snapshot
        owner = self._hands.owner(of.like, self._place / DATA)
        clone, secret, word = self._launched(owner)
        door = Door(host=clone.host, port=clone.port)

        def enter(database: str) -> Connection[Any]:
            login = Login(user=of.admin, password=word, database=database)
            return servers.come_in(door, login, seconds=_SECONDS, gone=self._gone)

        with understood(FAILED, LOOK), enter(of.database) as connection:
            look(connection, enter)
            if of.raw:
                servers.close_doors(connection, of.owner, secret)
                data_files.write_like(self._folder / DATA, copying.AUTO, "", owner)
                servers.read_settings(connection)
        files = vault.places(of.files, self._folder)
        return Opened(clone=clone, password=secret, files=files)

    def _launched(self, owner: int | None) -> tuple[Clone, Secret, Secret]:
        """The clone, started, with all that it takes of its snapshot.

        Its password comes with it, and the one by which it is entered for the first time.
        """
        of = self._clone.snapshot
        with still(self._place, dropped(of)):
            secret = password(self._place)
            word = first(self._place) if of.raw else secret
            write_password(self._folder, secret)
            clone = self._started()
            vault.opened(of.files, self._place, self._folder, owner)
        return clone, secret, word

    def _started(self) -> Clone:
        """Its time counts from now on, as it does for the server, which ends by itself."""
        allowed = allowance.of_machine()
        clone, of = self._clone, self._clone.snapshot
        began, seconds = self._clock.now(), clone.until - clone.made
        door = self._hands.start(
            Throwaway(
                name=clone.name,
                like=of.like,
                hosts=of.names,
                data=self._folder / DATA,
                settings=self._settings,
                seconds=seconds,
                memory_bytes=allowed.memory_bytes,
                cpus=allowed.cpus,
            )
        )
        return msgspec.structs.replace(clone, host=door.host, port=door.port, until=began + seconds)

    def _gone(self) -> str:
        return sweep.ended(self._hands, self._clone.name, self._folder / DATA)


def stay(store: Store, opened: Opened, snapshot: Snapshot, *, waiting: bool) -> Opened:
    """Have a server stay that was started: for its maker, or for whoever opens its snapshot next.

    Raises:
        MachineFailed: when that cannot be written.
    """
    clone = msgspec.structs.replace(opened.clone, snapshot=snapshot, waiting=waiting)
    write_clone(store.clone(clone.name), clone)
    return msgspec.structs.replace(opened, clone=clone)


def dropped(snapshot: Snapshot) -> str:
    """What is said when a snapshot is dropped while it is copied."""
    return f"snapshot {snapshot.id} was dropped meanwhile"


def _cheap(snapshot: Snapshot, *, by_reference: bool) -> dict[str, str]:
    """Databases made from others share their blocks, too (PostgreSQL 18)."""
    able = by_reference and major(snapshot.postgres) >= _CLONES
    return {"file_copy_method": "clone"} if able else {}


def _is_written(path: str) -> bool:
    """What the server on the snapshot itself wrote of its work is nothing of the next one's."""
    return path.startswith("log/")
