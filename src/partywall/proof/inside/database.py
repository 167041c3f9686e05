"""Logs in to PostgreSQL and sees how far that goes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from partywall.proof.inside.answer import (
    AUTHENTICATED,
    REFUSED,
    TIMED_OUT,
    UNREACHABLE,
    Answer,
    Ask,
    answer,
)

if TYPE_CHECKING:
    import psycopg

_LIMITS = (
    "-c statement_timeout=3000 -c lock_timeout=500 -c idle_in_transaction_session_timeout=5000"
)
_TABLES = """
    SELECT count(*)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND has_table_privilege(c.oid, 'SELECT')
"""


def scratch(ask: Ask) -> Answer:
    """Make, fill, read and drop a temporary table, then roll everything back."""

    def work(connection: psycopg.Connection[Any]) -> Answer:
        connection.execute("CREATE TEMPORARY TABLE partywall_probe (word text) ON COMMIT DROP")
        connection.execute("INSERT INTO partywall_probe VALUES (%s)", ("scratch",))
        row = connection.execute("SELECT word FROM partywall_probe").fetchone()
        connection.execute("DROP TABLE partywall_probe")
        connection.rollback()
        good = row is not None and row[0] == "scratch"
        return answer(AUTHENTICATED if good else REFUSED, "wrote, read and dropped a scratch table")

    return connected(ask, work)


def read(ask: Ask) -> Answer:
    """Log in and count the tables that could be read; nothing is read from them."""

    def work(connection: psycopg.Connection[Any]) -> Answer:
        connection.read_only = True
        row = connection.execute(_TABLES).fetchone()
        user = connection.info.user
        connection.rollback()
        tables = row[0] if row else 0
        return answer(AUTHENTICATED, f"logged in as {user} and could read {tables} tables")

    return connected(ask, work)


def trespass(ask: Ask) -> Answer:
    """Try every way out of a database; none of it harms, were it allowed, and all is undone."""

    def work(connection: psycopg.Connection[Any]) -> Answer:
        opened = [words for words, text in _ways_out(ask) if _goes(connection, text)]
        if opened:
            return answer(AUTHENTICATED, f"was allowed: {', '.join(opened)}")
        return answer(REFUSED, f"denied: {', '.join(words for words, _ in _ways_out(ask))}")

    return connected(ask, work)


def _ways_out(ask: Ask) -> list[tuple[str, str]]:
    """In words, and as a query that fails or finds nothing when the wall stands."""
    role, base = (str(ask[name]).replace("'", "''") for name in ("other", "theirs"))
    name = str(ask["other"]).replace('"', '""')
    return [
        ("SET ROLE", f'SET LOCAL ROLE "{name}"'),
        ("its session", f'SET LOCAL SESSION AUTHORIZATION "{name}"'),
        ("GRANT", f'GRANT "{name}" TO CURRENT_USER'),
        ("a new role", "CREATE ROLE partywall_probe"),
        ("a role that may more", _POWERS),
        ("a copy of the server", _REPLICATION),
        *_within(ask, role, base),
        ("files", "SELECT pg_read_file('PG_VERSION')"),
        ("programs", "COPY (SELECT 1) TO PROGRAM 'true'"),
        ("passwords", "SELECT rolpassword FROM pg_authid"),
        ("dblink", "CREATE EXTENSION dblink"),
    ]


def _within(ask: Ask, role: str, base: str) -> list[tuple[str, str]]:
    """What there is to get at: another database on the server, or a schema in the same one."""
    if not ask.get("schema"):
        return _of_a_database(role, base)
    schema = str(ask["schema"]).replace("'", "''")
    may = ", ".join("'" + str(one).replace("'", "''") + "'" for one in ask["readable"]) or "''"
    return [
        ("its tables", _READABLE.format(schema, may)),
        ("its functions", _CALLABLE.format(schema)),
        ("a table in its schema", f'CREATE TABLE "{schema}".partywall_probe ()'),
        ("a table in public", "CREATE TABLE public.partywall_probe ()"),
        ("a schema", "CREATE SCHEMA partywall_probe"),
        ("its large objects", _LARGE.format(role)),
        ("its defaults", _DEFAULTS.format(str(ask["other"]).replace('"', '""'))),
        ("foreign servers", _FOREIGN),
        ("its queries", _QUESTIONS.format(role)),
        ("its sessions", f"SELECT 1 WHERE pg_has_role('{role}', 'MEMBER') OR {_SIGNALS}"),
    ]


def _of_a_database(role: str, base: str) -> list[tuple[str, str]]:
    return [
        ("CONNECT", f"SELECT 1 WHERE has_database_privilege('{base}', 'CONNECT')"),
        ("its size", f"SELECT pg_database_size('{base}')"),
        ("its queries", _QUERIES.format(base)),
        ("its sessions", f"SELECT 1 WHERE pg_has_role('{role}', 'MEMBER') OR {_SIGNALS}"),
    ]


_POWERS = """
    SELECT 1 FROM pg_catalog.pg_roles
    WHERE rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
        'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend',
        'pg_read_all_stats', 'pg_maintain', 'pg_create_subscription')
      AND pg_catalog.pg_has_role(oid, 'MEMBER')
"""
"""Roles of the server's own by which one gets at others' rows, files, queries or sessions.

Whoever is a member may become one, whether or not rights come by themselves
(https://www.postgresql.org/docs/current/predefined-roles.html).
"""
_REPLICATION = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER AND rolreplication"
_READABLE = """
    SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = '{}' AND has_schema_privilege(n.oid, 'USAGE')
      AND c.relkind IN ('r', 'p', 'v', 'm')
      AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege(c.oid, 'SELECT')
          AND n.nspname || '.' || c.relname NOT IN ({}))
"""
_CALLABLE = """
    SELECT 1 FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = '{}' AND has_schema_privilege(n.oid, 'USAGE')
      AND has_function_privilege(p.oid, 'EXECUTE')
"""
_QUESTIONS = (
    "SELECT 1 FROM pg_stat_activity WHERE usename = '{}' AND query NOT IN "
    "('', '<insufficient privilege>')"
)
_LARGE = """
    SELECT lo_get(oid) FROM pg_catalog.pg_largeobject_metadata
    WHERE pg_catalog.pg_get_userbyid(lomowner) = '{}' LIMIT 1
"""
_DEFAULTS = 'ALTER DEFAULT PRIVILEGES FOR ROLE "{}" GRANT SELECT ON TABLES TO PUBLIC'
_FOREIGN = """
    SELECT 1 FROM pg_catalog.pg_foreign_data_wrapper
    WHERE has_foreign_data_wrapper_privilege(oid, 'USAGE')
"""
_SIGNALS = "pg_has_role('pg_signal_backend', 'MEMBER')"
_QUERIES = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = '{}' AND query NOT IN "
    "('', '<insufficient privilege>')"
)


def _goes(connection: psycopg.Connection[Any], text: str) -> bool:
    """Whether a query works and finds something; it is undone."""
    import psycopg  # noqa: PLC0415  (imported by now)

    try:
        found = connection.execute(text)
        return found.description is None or found.fetchone() is not None
    except psycopg.Error:
        return False
    finally:
        connection.rollback()


def connected(ask: Ask, work: Any) -> Answer:  # noqa: ANN401  (psycopg is not imported yet)
    """What work on a connection comes to, or why there is none; every wait is bounded."""
    import psycopg  # noqa: PLC0415  (late: 0.15 s that only this attempt needs)

    # libpq fills gaps from these, which would turn "no password" into somebody's password.
    for name in [name for name in os.environ if name.startswith("PG")]:
        os.environ.pop(name, None)
    try:
        with psycopg.connect(
            host=ask["host"],
            port=ask["port"],
            user=ask["user"],
            password=ask.get("password") or "",
            dbname=ask["database"],
            passfile=os.devnull,
            connect_timeout=2,
            application_name="partywall prove",
            options=_LIMITS,
        ) as connection:
            result: Answer = work(connection)
            return result
    except psycopg.OperationalError as error:
        return _refusal(str(error))
    except psycopg.Error as error:
        return answer(REFUSED, error)


def _refusal(words: str) -> Answer:
    """What a failed login says; a server that speaks says FATAL or asks for a password."""
    last = words.strip().splitlines()[-1] if words.strip() else "no reason given"
    if "FATAL" in words:
        return answer(REFUSED, last.rpartition("FATAL:")[2])
    # libpq's own words when the server asks for a password and there is none to give.
    if "no password supplied" in words:
        return answer(REFUSED, "it asks for a password")
    outcome = TIMED_OUT if "timeout" in words.lower() else UNREACHABLE
    return answer(outcome, last.rpartition("failed: ")[2])


ACTIONS = {"scratch": scratch, "read": read, "trespass": trespass}
