"""Looks again and again at what other sessions hold, for what nothing writes into the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from psycopg import Connection

_PAUSE = 0.008
"""Seconds between two looks; each takes the server less than one of its milliseconds."""
_DISK_EVERY = 12
_LOOK = """
SELECT extract(epoch FROM clock_timestamp())::double precision,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
    coalesce((SELECT array_agg(ROW(pid, relation::bigint, mode, granted)::text)
        FROM pg_locks WHERE locktype = 'relation' AND pid <> ALL(%s) AND relation >= 16384
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND mode NOT IN ('AccessShareLock', 'RowShareLock')), '{}')"""
_DISK = """
SELECT pg_database_size(current_database()),
    coalesce((SELECT sum(size) FROM pg_ls_tmpdir()), 0)::bigint"""


class Held(msgspec.Struct, kw_only=True):
    """A lock that was seen, from the first look at which it was there to the last."""

    pid: int
    oid: int
    mode: str
    granted: bool
    before: float
    """The last look at which it was not there."""
    first: float
    last: float


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen."""

    held: tuple[Held, ...] = ()
    wal: tuple[tuple[float, int], ...] = ()
    """Moments, and how far the log of writes was."""
    most_bytes: int = 0
    """The database and temporary files together, when they were largest."""
    looks: int = 0


class Sampler:
    """A thread with a connection of its own."""

    def __init__(self, connect: Callable[[], Connection[Any]], ours: Sequence[int]) -> None:
        """Begin.

        Args:
            connect: opens a connection with all rights.
            ours: sessions that are not looked at.
        """
        self._connection = connect()
        self.pid = self._connection.info.backend_pid
        self._ours = [*ours, self.pid]
        self._stop = threading.Event()
        self._open: dict[tuple[int, int, str, bool], Held] = {}
        self._held: list[Held] = []
        self._wal: list[tuple[float, int]] = []
        self._most = 0
        self._looks = 0
        self._last = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> Sampled:
        """Stop looking."""
        self._stop.set()
        self._thread.join()
        self._connection.close()
        return Sampled(
            held=tuple(self._held), wal=tuple(self._wal), most_bytes=self._most, looks=self._looks
        )

    def _run(self) -> None:
        from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

        try:
            while not self._stop.is_set():
                self._look()
                self._stop.wait(_PAUSE)
        except Error:  # the server is gone: what was seen is what there is
            return

    def _look(self) -> None:
        row = self._connection.execute(_LOOK.encode(), [self._ours]).fetchone()
        at, wal, locks = row or (0.0, 0, [])
        self._note(at, locks)
        self._last = at
        if not self._wal or self._wal[-1][1] != wal:
            self._wal.append((at, wal))
        if self._looks % _DISK_EVERY == 0:
            sizes = self._connection.execute(_DISK.encode()).fetchone() or (0, 0)
            self._most = max(self._most, sum(sizes))
        self._looks += 1

    def _note(self, at: float, locks: Sequence[str]) -> None:
        seen = {_read(lock) for lock in locks}
        for key in self._open.keys() - seen:
            del self._open[key]
        for key in seen:
            if key in self._open:
                self._open[key].last = at
            else:
                pid, oid, mode, granted = key
                held = Held(
                    pid=pid,
                    oid=oid,
                    mode=mode,
                    granted=granted,
                    before=self._last,
                    first=at,
                    last=at,
                )
                self._open[key] = held
                self._held.append(held)


def _read(row: str) -> tuple[int, int, str, bool]:
    pid, oid, mode, granted = row.strip("()").split(",")
    return int(pid), int(oid), mode, granted == "t"
