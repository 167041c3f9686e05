"""Changes a database's schema for a moment, as a migration would, and sees who sees it."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from partywall.proof.inside.answer import AUTHENTICATED, FAILED, Answer, Ask, answer
from partywall.proof.inside.database import connected

if TYPE_CHECKING:
    import psycopg

PREFIX = "partywall_probe_"
"""What its tables and schemas are called: this, seconds since the epoch, `_`, something random."""
_STALE = 600
"""Seconds after which nobody is at work on one any more: its proof was killed."""
_TABLES = """
    SELECT n.nspname::text, pg_catalog.pg_table_is_visible(c.oid),
        pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(
            c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = %s AND c.relkind = 'r'
"""
_OWN = """
    SELECT c.relname::text
    FROM pg_catalog.pg_class c
    WHERE c.relname ~ %s AND c.relkind = 'r'
      AND pg_catalog.pg_get_userbyid(c.relowner) = CURRENT_USER
"""
_PATTERN = f"^{PREFIX}[0-9]{{1,12}}_[0-9a-f]+$"


def change(ask: Ask) -> Answer:
    """Make a table and add a column; another connection has to find both. `undo` takes it away.

    A database of one's own gets a schema for it; where several share one database the table is
    made where one's tables are made anyway, whatever place that turns out to be. `made` is said
    once it is there, even when it could not be found.
    """
    name, apart = str(ask["name"]), bool(ask["apart"])

    def make(connection: psycopg.Connection[Any]) -> Answer:
        _sweep(connection)
        where = f"{name}.{name}" if apart else name
        if apart:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        connection.execute(f"CREATE TABLE IF NOT EXISTS {where} (word text)")
        connection.execute(f"ALTER TABLE {where} ADD COLUMN IF NOT EXISTS added int")
        connection.commit()
        return {**connected(ask, look_again), "made": True}

    def look_again(connection: psycopg.Connection[Any]) -> Answer:
        found = connection.execute(_TABLES, (name,)).fetchall()
        if not found:
            return answer(FAILED, "a table that was made could not be found again")
        schema = str(found[0][0])
        columns = connection.execute(f'TABLE "{schema}".{name}').description or ()
        if [one.name for one in columns] != ["word", "added"]:
            return answer(FAILED, "a column that was added could not be found again")
        return answer(AUTHENTICATED, "made a table, added a column, found both", schema=schema)

    return connected(ask, make)


def look(ask: Ask) -> Answer:
    """Where tables of a name are in a database, and which of them an app would meet there."""
    name = str(ask["name"])

    def work(connection: psycopg.Connection[Any]) -> Answer:
        connection.read_only = True
        found = connection.execute(_TABLES, (name,)).fetchall()
        connection.rollback()
        return answer(
            AUTHENTICATED,
            f"its catalogue has {len(found)} tables of that name",
            listed=[str(schema) for schema, _, _ in found],
            met=[str(schema) for schema, visible, open_ in found if visible or open_],
        )

    return connected(ask, work)


def undo(ask: Ask) -> Answer:
    """Take the table away, and its schema; says whether it was there still."""

    def work(connection: psycopg.Connection[Any]) -> Answer:
        was = _drop(connection, str(ask["name"]))
        connection.commit()
        return answer(AUTHENTICATED, "took the table away" if was else "nothing is left", was=was)

    return connected(ask, work)


def _drop(connection: psycopg.Connection[Any], name: str) -> bool:
    """Only what it can have made itself: a table of that name, and a schema that holds no other."""
    found = connection.execute(_TABLES, (name,)).fetchall()
    for schema, _, _ in found:
        connection.execute(f'DROP TABLE IF EXISTS "{schema}".{name}')
    connection.execute(f"DROP SCHEMA IF EXISTS {name}")
    return bool(found)


def _sweep(connection: psycopg.Connection[Any]) -> None:
    """What killed proofs left goes with the next one."""
    import psycopg  # noqa: PLC0415  (imported by now)

    for (name,) in connection.execute(_OWN, (_PATTERN,)).fetchall():
        began = int(str(name).removeprefix(PREFIX).partition("_")[0])
        if began < time.time() - _STALE:
            with contextlib.suppress(psycopg.Error):
                _drop(connection, str(name))
                connection.commit()
            connection.rollback()


ACTIONS = {"change": change, "look": look, "undo": undo}
