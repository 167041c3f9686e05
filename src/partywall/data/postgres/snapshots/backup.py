"""Backup mode: the time in which the files of a living server may be copied one after the other.

https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from partywall.data.postgres.connect import understood
from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

_RENAMED = 150000
"""Version 15 has only backups that end with their session, under a shorter name."""
_IDLE = 140000
_START = ("SELECT pg_backup_start(%s, %s)", "SELECT pg_start_backup(%s, %s, false)")
_STOP = (
    "SELECT lsn, labelfile, spcmapfile FROM pg_backup_stop(false)",
    "SELECT lsn, labelfile, spcmapfile FROM pg_stop_backup(false, false)",
)
_SLOT = "SELECT pg_create_physical_replication_slot(%s, true, true)"
"""Its third argument: it goes with this session, whatever becomes of us."""
_FIRST = "SELECT pg_walfile_name(restart_lsn) FROM pg_replication_slots WHERE slot_name = %s"
_FREE = """SELECT current_setting('max_replication_slots')::int - count(*)
    FROM pg_replication_slots"""
_SILENT = "the server whose data are copied gives no answer"
_ENDED = "backup mode did not end well"
_AGAIN = "see whether it runs (`partywall status`), then run the same command again"


class Unfit(MachineFailed):
    """The files of this server cannot be copied while it runs; there are other ways."""


class Began(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the log a backup begins."""

    segment: str
    """The first file of the log that is needed."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What makes copied files a consistent whole."""

    segment: str
    """The last file of the log that is needed."""
    label: str
    """The content of `backup_label`, byte for byte."""
    tablespaces: str


def refuse_unfit(connection: Connection[Any]) -> None:
    """See that this server can go into backup mode.

    Raises:
        Unfit: with the reason why it cannot.
        MachineFailed: when it does not answer.
    """
    with understood(_SILENT, _AGAIN):
        _refuse_unfit(connection)


def _refuse_unfit(connection: Connection[Any]) -> None:
    asked = "SELECT current_setting('wal_level'), pg_is_in_recovery()"
    level, standby = _row(connection, asked)
    if level == "minimal":
        raise Unfit("its log is too short for it (`wal_level = minimal`)")
    if standby:
        raise Unfit("it is a standby itself")
    (elsewhere,) = _row(
        connection,
        "SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')",
    )
    if elsewhere:
        raise Unfit(f"it has {elsewhere} tablespaces outside of its data directory")
    (free,) = _row(connection, _FREE)
    if free <= 0:
        raise Unfit("all of its replication slots are taken (`max_replication_slots`)")


class Backup:
    """Backup mode, as long as its session lasts."""

    def __init__(self, connection: Connection[Any], *, gently: bool) -> None:
        self._connection = connection
        self._gently = gently
        self._old = connection.info.server_version < _RENAMED

    def begin(self) -> Began:
        """Enter it: a checkpoint is made first, at once or over the time that the server is given.

        Raises:
            Unfit: when the server has no slot left, or does not let us.
            MachineFailed: when it does not answer any more.
        """
        from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

        name = f"partywall_{uuid4().hex[:12]}"
        try:
            self._connection.execute(_SLOT, [name])
            self._connection.execute(_START[self._old].encode(), ["partywall", not self._gently])
        except Error as error:
            raise Unfit(f"it does not go into backup mode: {str(error).strip()}") from None
        with understood(_SILENT, _AGAIN):
            (segment,) = _row(self._connection, _FIRST, name)
        return Began(segment=str(segment))

    def end(self) -> Ended:
        """Leave it; the log is kept for as long as the session lasts.

        Raises:
            MachineFailed: when the server does not end it.
        """
        with understood(_ENDED, _AGAIN):
            lsn, label, tablespaces = _row(self._connection, _STOP[self._old])
            (segment,) = _row(self._connection, "SELECT pg_walfile_name(%s)", lsn)
        return Ended(segment=str(segment), label=str(label), tablespaces=str(tablespaces or ""))


@contextmanager
def entered(connection: Connection[Any], *, gently: bool) -> Iterator[Backup]:
    """Backup mode on a connection of its own; what is not ended is given up with the connection.

    Raises:
        Unfit: when the server cannot go into it.
        MachineFailed: when it does not answer.
    """
    with connection:
        refuse_unfit(connection)
        with understood(_SILENT, _AGAIN):
            connection.execute("SET statement_timeout = 0")
            if connection.info.server_version >= _IDLE:
                connection.execute("SET idle_session_timeout = 0")
        yield Backup(connection, gently=gently)


def _row(connection: Connection[Any], question: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(question.encode(), list(values) or None).fetchone()
    if row is None:
        raise MachineFailed("the server gives no answer")
    return tuple(row)
