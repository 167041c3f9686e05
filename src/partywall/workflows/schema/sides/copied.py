"""The tables of a snapshot, in a server on a copy of it that is there only meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas.seat import dumping
from partywall.data.postgres.snapshots.server import come_in
from partywall.model.errors import MachineFailed
from partywall.workflows.project import Project
from partywall.workflows.schema.place import PUBLIC
from partywall.workflows.schema.sides.side import Tell, Whose
from partywall.workflows.snapshots import opening
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.store import Snapshot, Store

if TYPE_CHECKING:
    from psycopg import Connection

LIFETIME = 4 * 3600.0
"""Seconds after which a copy ends, whatever becomes of us."""
_SECONDS = 30.0


class SnapshotSide:
    """A snapshot that was found."""

    def __init__(self, project: Project, label: str, found: tuple[Store, Snapshot]) -> None:
        self._project = project
        self._store, self._snapshot = found
        schema = self._snapshot.schema
        self.whose = Whose(
            label=label, owner=self._snapshot.owner, schema=schema, whole=schema == PUBLIC
        )

    @contextmanager
    def opened(self, tell: Tell) -> Iterator[CopyLooking]:
        """A server on a copy; raises as `opening.while_open` does."""
        tell(f"opening a copy of {self._snapshot.id}")
        one = self._snapshot
        with opening.while_open(self._project, self._store, one, LIFETIME) as opened:
            yield CopyLooking(self._project, opened)


class CopyLooking:
    """The way to look at an open copy."""

    def __init__(self, project: Project, opened: Opened) -> None:
        self._project = project
        self._opened = opened

    @contextmanager
    def connect(self) -> Iterator[Connection[Any]]:
        """A connection as the owner; raises MachineFailed when it is not let in."""
        with come_in(self._opened.door, self._opened.owner, seconds=_SECONDS) as connection:
            yield connection

    def dumped(self, words: Sequence[str]) -> str:
        """What `pg_dump` says; raises MachineFailed when it cannot."""
        clone = self._opened.clone
        pieces: list[bytes] = []
        done = self._project.engine.throwaways().stream(
            clone.name,
            ["pg_dump", *dumping(clone.snapshot.schema), *words],
            self._opened.environment(),
            pieces.append,
        )
        if done.code:
            lines = done.err.strip().splitlines()[-5:]
            raise MachineFailed(f"pg_dump of a copy of {clone.snapshot.id} failed", detail=lines)
        return b"".join(pieces).decode()
