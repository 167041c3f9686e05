"""Watches everything that others do in a database, from its beginning to its end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.tracing import running as sessions_now
from partywall.data.postgres.tracing import settings, watcher
from partywall.data.postgres.tracing.commands import Command, commands
from partywall.data.postgres.tracing.effects import points
from partywall.data.postgres.tracing.entries import Entry, entries
from partywall.data.postgres.tracing.executed import sessions
from partywall.data.postgres.tracing.logfile import LogFile
from partywall.data.postgres.tracing.relations import Tables
from partywall.data.postgres.tracing.running import Running
from partywall.data.postgres.tracing.sampler import Held, Sampled, Sampler

if TYPE_CHECKING:
    from psycopg import Connection

Connects = Callable[[], "Connection[Any]"]


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """What was done while it was watched."""

    commands: tuple[Command, ...] = ()
    gone: dict[str, float] = {}
    """When sessions ended."""
    tables: Tables = Tables({})
    """As they were before."""
    held: tuple[Held, ...] = ()
    wal: tuple[tuple[float, int], ...] = ()
    """Moments, and how far the log of writes was."""
    wal_bytes: int = 0
    began: float = 0.0
    """The server's time."""
    ended: float = 0.0
    bytes_before: int = 0
    bytes_after: int = 0
    bytes_most: int = 0


class Watch:
    """One watching; `end` gives what was seen, `close` leaves nothing of it in the server."""

    def __init__(self, connect: Connects, tables: Tables) -> None:
        """Begin.

        Args:
            connect: opens a connection to the database with all rights, in autocommit mode.
            tables: what there is before.

        Raises:
            MachineFailed: when the server cannot be watched.
        """
        self._tables = tables
        self.connection = quiet(connect)
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            settings.tell(self.connection)
            watcher.remove(self.connection)
            watcher.install(self.connection)
            self._log = LogFile(self.connection)
            self._sampler = Sampler(lambda: quiet(connect), [self.pid])
            self._before = self._state()
            undo.pop_all()

    @property
    def pid(self) -> int:
        """The session that watches."""
        return self.connection.info.backend_pid

    @property
    def ours(self) -> list[int]:
        """Sessions that are nobody else's."""
        return [self.pid, self._sampler.pid]

    def running(self) -> tuple[Running, ...]:
        """What others do at this moment."""
        return sessions_now.running(self.connection, self.ours)

    def terminate(self) -> None:
        """End what they do."""
        sessions_now.terminate(self.connection, self.ours)

    def now(self) -> float:
        """The server's time."""
        return self._state()[0]

    def end(self) -> Traced:
        """What was done.

        Raises:
            MachineFailed: when the log does not go on.
        """
        sessions_now.are_gone(self.connection, self.ours)
        sampled = self._sampler.end()
        began, wal, size = self._before
        ended, wal_after, size_after = self._state()
        found = sessions(self._entries())
        every = commands(found.executed)
        return Traced(
            commands=every, gone=found.ends, tables=self._tables, held=sampled.held,
            wal=_points(every, sampled, [(began, wal), (ended, wal_after)]),
            wal_bytes=wal_after - wal, began=began, ended=ended,
            bytes_before=size, bytes_after=size_after,
            bytes_most=max(sampled.most_bytes, size_after),
        )  # fmt: skip

    def close(self) -> None:
        """Take everything back; callable again."""
        if self.connection.closed:
            return
        watcher.remove(self.connection)
        settings.take_back(self.connection)
        self.connection.close()

    def _entries(self) -> Iterator[Entry]:
        name, ours = self.connection.info.dbname, self.ours
        for one in entries(self._log.read()):
            if one.database == name and one.pid not in ours:
                yield one

    def _state(self) -> tuple[float, int, int]:
        row = self.connection.execute(
            "SELECT extract(epoch FROM clock_timestamp())::double precision,"
            " pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,"
            " pg_database_size(current_database())"
        ).fetchone()
        return row or (0.0, 0, 0)


def quiet(connect: Connects) -> Connection[Any]:
    """A connection that is not logged, and in which names mean what they say."""
    connection = connect()
    for statement in (*settings.QUIET, "SET search_path = pg_catalog", "SET statement_timeout = 0"):
        connection.execute(statement.encode())
    return connection


def _points(
    every: tuple[Command, ...], sampled: Sampled, ends: list[tuple[float, int]]
) -> tuple[tuple[float, int], ...]:
    return tuple(points(every, [*sampled.wal, *ends]))
