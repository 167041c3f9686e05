"""PostgreSQL's log as CSV, understood line by line; pure.

Columns: https://www.postgresql.org/docs/18/runtime-config-logging.html; those after the 24th came
with later versions and are not needed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

_LONGEST = 1 << 30
"""Letters in one field: a statement may be as long as PostgreSQL takes it."""
_COLUMNS = 23


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log; names are those of its columns where they are clear."""

    at: float
    """Seconds since 1970; to the millisecond."""
    database: str
    pid: int
    session: str
    session_start: float
    """To the second."""
    transaction: str
    """The virtual transaction, which has a number only inside of one."""
    severity: str
    code: str
    """SQLSTATE."""
    message: str
    detail: str
    hint: str
    context: str
    query: str
    position: int | None
    """Letter of the query, from 1, where an error is."""
    application: str


def entries(text: str) -> Iterator[Entry]:
    """Every whole line of a log that was written in UTC; others are passed over."""
    csv.field_size_limit(_LONGEST)
    for row in csv.reader(io.StringIO(text, newline="")):
        if len(row) >= _COLUMNS:
            yield _entry(row)


def _entry(row: list[str]) -> Entry:
    return Entry(
        at=_moment(row[0]),
        database=row[2],
        pid=int(row[3] or 0),
        session=row[5],
        session_start=_moment(row[8]) if row[8] else 0.0,
        transaction="" if row[9].endswith("/0") else row[9],
        severity=row[11],
        code=row[12],
        message=row[13],
        detail=row[14],
        hint=row[15],
        context=row[18],
        query=row[19],
        position=int(row[20]) if row[20] else None,
        application=row[22],
    )


def _moment(text: str) -> float:
    """`2026-11-28 10:58:16.123 UTC`; the start of a session comes without milliseconds."""
    plain = text.rpartition(" ")[0]
    return datetime.fromisoformat(plain).replace(tzinfo=UTC).timestamp()
