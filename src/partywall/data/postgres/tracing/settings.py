"""What a throwaway server is told for as long as it is watched; what it said before comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

WATCHED = {
    "log_destination": "csvlog",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    "log_min_error_statement": "error",
    "log_error_verbosity": "default",
    "log_statement": "all",
    "log_duration": "off",
    "log_min_duration_statement": "0",
    "log_min_duration_sample": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "on",
    "log_disconnections": "on",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
    "deadlock_timeout": "100ms",
    "autovacuum": "off",
}
"""Statements are logged when they begin, too, so that those that never end have a name; values that
come beside them are left out, since they are rows of production."""
QUIET = ("SET log_statement = none", "SET log_min_duration_statement = -1")
"""What a session of our own says first: it does not watch itself."""
_PER_SESSION = {"log_statement", "log_min_duration_statement", "log_disconnections"}
"""Not seen from here: this session has said `QUIET`, and the last one counts from its beginning."""
_PATIENCE = 5.0
_PAUSE = 0.02


def tell(connection: Connection[Any]) -> None:
    """Have everything logged from now on.

    Raises:
        MachineFailed: when the server has no collector of its log, or does not take a setting.
    """
    if _shown(connection, "logging_collector") != "on":
        raise MachineFailed(
            "the copy was started without `logging_collector`, and cannot be watched",
            remedy="start it with `-c logging_collector=on`",
        )
    for name, value in WATCHED.items():
        connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
    connection.execute("SELECT pg_reload_conf()")
    _await(connection)


def take_back(connection: Connection[Any]) -> None:
    """Let it be as it was started."""
    for name in WATCHED:
        connection.execute(f"ALTER SYSTEM RESET {name}".encode())
    connection.execute("SELECT pg_reload_conf()")


def _await(connection: Connection[Any]) -> None:
    """A server reads its settings again in its own time."""
    deadline = time.monotonic() + _PATIENCE
    while wrong := _wrong(connection):
        if time.monotonic() > deadline:
            raise MachineFailed(
                f"the copy keeps its own {', '.join(wrong)}",
                remedy="start it without these settings on its command line",
            )
        time.sleep(_PAUSE)


def _wrong(connection: Connection[Any]) -> list[str]:
    names = [name for name in WATCHED if name not in _PER_SESSION]
    wrong = [name for name in names if _shown(connection, name) != WATCHED[name]]
    current = connection.execute("SELECT pg_current_logfile('csvlog')").fetchone()
    return wrong if wrong or (current and current[0]) else ["log file"]


def _shown(connection: Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""
