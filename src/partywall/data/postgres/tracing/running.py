"""Who is at work in a database at this moment, and for whom each waits; and how to end it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from psycopg import Connection

_OTHERS = """
FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL(%s)
    AND backend_type = 'client backend'"""
_ASK = f"""
SELECT pid, coalesce(state, ''), coalesce(query, ''),
    CASE WHEN state = 'active' AND wait_event_type IS NOT NULL
        THEN wait_event_type || ': ' || wait_event ELSE '' END,
    pg_blocking_pids(pid) {_OTHERS} ORDER BY query_start"""
_GONE = 2.0
_PAUSE = 0.02


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """One session."""

    pid: int
    state: str
    query: str
    waits: str
    """What for, in PostgreSQL's words; empty: it works."""
    blockers: tuple[int, ...] = ()


def running(connection: Connection[Any], ours: Sequence[int]) -> tuple[Running, ...]:
    """All sessions but ours."""
    rows = connection.execute(_ASK.encode(), [list(ours)])
    return tuple(
        Running(pid=pid, state=state, query=query, waits=waits, blockers=tuple(blockers))
        for pid, state, query, waits, blockers in rows
    )


def terminate(connection: Connection[Any], ours: Sequence[int]) -> None:
    """End all sessions but ours; what they have not committed is taken back."""
    question = f"SELECT pg_terminate_backend(pid) {_OTHERS}"
    connection.execute(question.encode(), [list(ours)])


def are_gone(connection: Connection[Any], ours: Sequence[int], seconds: float = _GONE) -> bool:
    """Wait until all others have gone, so that what they did is counted."""
    end = time.monotonic() + seconds
    while running(connection, ours):
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True
