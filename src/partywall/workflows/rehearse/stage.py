"""Copies of a snapshot as the rehearsal's stage: opened fresh, and programs run beside them."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from partywall.interfaces import Errand
from partywall.rehearsal.stage import Code, Done, Opened, Program
from partywall.rehearsal.wanted import Wanted
from partywall.workflows.project import Project
from partywall.workflows.rehearse.place import Cast
from partywall.workflows.snapshots import opening
from partywall.workflows.snapshots.store import Snapshot, Store

_LEAST = 4 * 3600.0
_MARGIN = 2 * 3600.0
"""Seconds for all that is not the migration: it is looked at, and tests have an hour."""


def lifetime(wanted: Wanted) -> float:
    """Seconds after which a copy ends, whatever becomes of the rehearsal."""
    runs = 1 + wanted.again + bool(wanted.downgrade)
    return max(_LEAST, runs * wanted.timeout + _MARGIN)


class SnapshotStage:
    """Where a migration is rehearsed: each copy is a server of its own on the same snapshot."""

    def __init__(
        self, project: Project, store: Store, snapshot: Snapshot, cast: Cast, seconds: float
    ) -> None:
        """Nothing happens yet.

        Args:
            project: whose.
            store: where the snapshot is.
            snapshot: of which copies are opened.
            cast: in whose place programs run.
            seconds: how long a copy stays at most.
        """
        self._seconds = seconds
        self._project = project
        self._store = store
        self._snapshot = snapshot
        self._cast = cast
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._names: dict[tuple[str, int], str] = {}

    def _customary(self, opened: Opened) -> dict[str, str]:
        """By what PostgreSQL's own programs, and most others, find a database."""
        one, secret = self._snapshot, opened.password.reveal()
        host = (one.names or (one.service,))[0]
        return {
            "PGHOST": host,
            "PGPORT": "5432",
            "PGUSER": one.owner,
            "PGPASSWORD": secret,
            "PGDATABASE": one.database,
            "DATABASE_URL": f"postgresql://{one.owner}:{secret}@{host}:5432/{one.database}",
        }

    @contextmanager
    def fresh(self) -> Iterator[Opened]:
        """A copy that nobody has used; raises as `opening.open_clone` does."""
        one = self._snapshot
        with opening.while_open(self._project, self._store, one, self._seconds) as found:
            here = (found.clone.host, found.clone.port)
            with self._lock:
                self._names[here] = found.clone.name
            yield Opened(
                host=found.clone.host,
                port=found.clone.port,
                database=one.database,
                user=one.admin,
                password=found.password,
                owner=one.owner,
                schema=one.schema,
            )

    def run(self, opened: Opened, program: Program, *, seconds: float, until: Event) -> Done:
        """Run a program in the place of the service; raises as an engine's throwaways do."""
        with self._lock:
            server = self._names[opened.host, opened.port]
            number = next(self._numbers)
        old = program.code is Code.OLD
        errand = Errand(
            name=f"{server}-errand-{number}",
            like=(self._cast.former if old else None) or self._cast.like,
            command=program.command,
            environment={
                **self._customary(opened),
                **self._cast.variables(opened.password),
                **program.environment,
            },
            hosts=self._cast.hosts() | frozenset(self._snapshot.names),
            running=self._cast.running if old else "",
            seconds=seconds,
        )
        begun = time.monotonic()
        done = self._project.engine.throwaways().run(server, errand, until.is_set)
        return Done(code=done.code, out=done.out, err=done.err, seconds=time.monotonic() - begun)
