"""`snapshot open`: a server on a copy of a snapshot, for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec

from partywall.compose import quantity
from partywall.data.postgres.connect import get_ready
from partywall.data.postgres.snapshots.server import Login, come_in
from partywall.execution.owner import myself
from partywall.interfaces import Door, Throwaway
from partywall.model.errors import BadInput
from partywall.model.secret import Secret
from partywall.system import treecopy
from partywall.system.files import make_folder
from partywall.system.treecopy import Mode, copy_tree
from partywall.workflows.project import Project
from partywall.workflows.snapshots import allowance, sweep, vault, warm
from partywall.workflows.snapshots.mounted import variable
from partywall.workflows.snapshots.store import (
    DATA,
    Clone,
    Snapshot,
    Store,
    password,
    write_clone,
    write_password,
)

_SECONDS = 120.0
_CLONES = 18
"""The first version that copies files by reference."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """An open clone, and how its server is entered."""

    clone: Clone
    password: Secret
    files: Mapping[str, Path] = {}
    """Copies of the snapshot's files, by name; who writes into them writes into nothing else."""

    @property
    def door(self) -> Door:
        """Where it listens."""
        return Door(host=self.clone.host, port=self.clone.port)

    @property
    def owner(self) -> Login:
        """The role that owns the database, with what lets it in here."""
        of = self.clone.snapshot
        return Login(user=of.owner, password=self.password, database=of.database)

    def environment(self) -> dict[str, str]:
        """The variables by which programs find it and the files, and the customary address."""
        of = self.clone.snapshot
        owner, database = of.owner, of.database
        word = self.password.reveal()
        host, port = self.clone.host, self.clone.port
        return {
            "PGHOST": host,
            "PGPORT": str(port),
            "PGUSER": owner,
            "PGDATABASE": database,
            "PGPASSWORD": word,
            "DATABASE_URL": f"postgresql://{owner}:{word}@{host}:{port}/{database}",
            **{variable(name): str(path) for name, path in self.files.items()},
        }


def _cheap(snapshot: Snapshot, *, by_reference: bool) -> dict[str, str]:
    """Databases made from others share their blocks, too (PostgreSQL 18)."""
    able = by_reference and int(snapshot.postgres.partition(".")[0]) >= _CLONES
    return {"file_copy_method": "clone"} if able else {}


def _is_written(path: str) -> bool:
    """What the server on the snapshot itself wrote of its work is nothing of the next one's."""
    return path.startswith("log/")


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
        PartywallError: when it does not come up; nothing is left of it.
    """
    get_ready()
    hands = project.engine.throwaways()
    now = project.clock.now()
    name = f"open-{uuid4().hex[:8]}"
    clone = Clone(name=name, snapshot=snapshot, maker=myself(), made=now, until=now + seconds)
    folder = make_folder(store.clone(name))
    write_clone(folder, clone)
    try:
        secret = password(store.place(snapshot.id))
        write_password(folder, secret)
        golden = store.place(snapshot.id) / DATA
        by_reference = treecopy.clones(golden / "PG_VERSION", folder)
        copy_tree(golden, folder / DATA, Mode(by_reference=by_reference), _is_written)
        owner = hands.owner(snapshot.like, golden)
        vault.opened(snapshot.files, store.place(snapshot.id), folder, owner)
        allowed = allowance.of_machine()
        door = hands.start(
            Throwaway(
                name=name,
                like=snapshot.like,
                hosts=snapshot.names,
                data=folder / DATA,
                settings=_cheap(snapshot, by_reference=by_reference),
                seconds=seconds,
                memory_bytes=allowed.memory_bytes,
                cpus=allowed.cpus,
            )
        )
        opened = Opened(
            clone=msgspec.structs.replace(clone, host=door.host, port=door.port, waiting=waiting),
            password=secret,
            files=vault.places(snapshot.files, folder),
        )
        login = Login(user=snapshot.admin, password=opened.password, database=snapshot.database)
        come_in(
            door,
            login,
            seconds=_SECONDS,
            gone=lambda: sweep.ended(hands, name, folder / DATA),
        ).close()
        write_clone(folder, opened.clone)
    except BaseException:
        sweep.close(hands, store, clone)
        raise
    return opened


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
