"""`snapshot send`: a snapshot's database as one file that any other server takes, to elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import msgspec

from partywall.data.postgres.snapshots import portable
from partywall.execution.owner import myself
from partywall.model.errors import MachineFailed, Refused
from partywall.system.newfile import NewFile
from partywall.system.ssh import Remote, RemoteFile
from partywall.workflows.project import Project
from partywall.workflows.schema.place import PUBLIC
from partywall.workflows.sending import record
from partywall.workflows.sending.record import DONE, FAILED, Begun, Ended, Sent
from partywall.workflows.snapshots import opening
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.store import Snapshot, Store

_LIFETIME = 12 * 3600.0
"""Seconds after which the copy that is read ends, whatever becomes of us."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    store: Store
    snapshot: Snapshot
    target: Path | Remote
    rows: bool
    said: str = ""
    """How it was allowed that rows leave; empty: nobody has."""


class Writing(Protocol):
    """A new file, here or elsewhere."""

    def give(self, piece: bytes) -> object:
        """Add a piece."""
        ...

    def keep(self) -> None:
        """Give it its name."""
        ...

    def drop(self) -> None:
        """Leave nothing of it that has no name."""
        ...


class _Counted:
    """What has left so far."""

    def __init__(self, tell: Callable[[int], object]) -> None:
        self.bytes = 0
        self.hash = hashlib.sha256()
        self._tell = tell

    def add(self, piece: bytes) -> None:
        self.bytes += len(piece)
        self.hash.update(piece)
        self._tell(self.bytes)


def send(project: Project, order: Order, tell: Callable[[int], object]) -> Sent:
    """Send it; production is not even read. `tell` hears how many bytes have left.

    Raises:
        Refused: when rows leave and nobody has allowed it, or there is such a file already.
        PartywallError: when it does not get through; no file is left, and that is recorded.
    """
    if order.rows and not order.said:
        raise Refused("rows leave this machine as they are, and nobody has allowed it")
    begun = _begun(project, order)
    record.write(project.home, begun)
    counted = _Counted(tell)
    try:
        with opening.while_open(project, order.store, order.snapshot, _LIFETIME) as opened:
            _write(project, order, opened, counted)
    except BaseException as error:
        why = str(error).partition("\n")[0] or "interrupted"
        record.write(project.home, _ended(project, begun, counted, FAILED, why))
        raise
    ended = _ended(project, begun, counted, DONE)
    record.write(project.home, ended)
    return Sent(begun=begun, ended=ended)


def _write(project: Project, order: Order, opened: Opened, counted: _Counted) -> None:
    of, password = order.snapshot, opened.password.reveal()
    with _file(order.target) as file:

        def take(piece: bytes) -> None:
            file.give(piece)
            counted.add(piece)

        done = project.engine.throwaways().stream(
            opened.clone.name,
            portable.words("" if of.schema == PUBLIC else of.schema, rows=order.rows),
            {"PGUSER": of.owner, "PGDATABASE": of.database, "PGPASSWORD": password},
            take,
        )
        if done.code:
            lines = done.err.strip().splitlines()[-5:]
            raise MachineFailed(f"pg_dump of {of.database} failed", detail=lines)
        file.keep()


@contextmanager
def _file(target: Path | Remote) -> Iterator[Writing]:
    file = RemoteFile(target) if isinstance(target, Remote) else NewFile(target)
    try:
        yield file
    finally:
        file.drop()


def _begun(project: Project, order: Order) -> Begun:
    target = order.target
    return Begun(
        id=uuid4().hex[:12],
        at=project.clock.now(),
        snapshot=order.snapshot.id,
        environment=order.snapshot.environment,
        database=order.snapshot.database,
        target=str(target if isinstance(target, Remote) else target.absolute()),
        owner=myself(),
        rows=order.rows,
        said=order.said,
    )


def _ended(project: Project, begun: Begun, counted: _Counted, outcome: str, why: str = "") -> Ended:
    return Ended(
        id=begun.id,
        at=project.clock.now(),
        outcome=outcome,
        bytes=counted.bytes,
        sha256=counted.hash.hexdigest(),
        why=why,
    )
