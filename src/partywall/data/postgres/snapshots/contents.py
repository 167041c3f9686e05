"""What is in a database: its tables, and how many rows are in them; compared after a restore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

COUNTED_BYTES = 1 << 30
"""Production reads so much for counting, and no more: the smallest tables first."""
_NAMED = 5
_RELATIONS = """SELECT c.relkind::text, n.nspname, c.relname,
    CASE WHEN c.relkind = 'r' AND c.relpersistence = 'p' THEN pg_table_size(c.oid) END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
        AND d.objid = c.oid AND d.deptype = 'e')"""
"""What extensions bring comes with them; a table that is not logged is empty after a crash."""


class Relation(msgspec.Struct, frozen=True):
    """A table, view or sequence."""

    kind: str
    schema: str
    name: str
    bytes: int | None = None
    """None: its rows are not to be counted."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a database has."""

    relations: frozenset[tuple[str, str, str]]
    rows: Mapping[tuple[str, str], int]
    """Of the tables that were counted."""
    uncounted: int = 0
    """Tables that were too large for it."""


@contextmanager
def of_one_moment(connection: Connection[Any]) -> Iterator[str]:
    """A moment of the database that other sessions can see too, by the name that is given."""
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET lock_timeout = '30s'")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    if row is None:
        raise MachineFailed("the server exports no snapshot")
    yield str(row[0])
    connection.execute("ROLLBACK")


def look(connection: Connection[Any], most: int = COUNTED_BYTES) -> Contents:
    """What is there at this moment.

    Args:
        connection: to the database.
        most: bytes of the tables whose rows are counted, together.
    """
    found = [Relation(*row) for row in connection.execute(_RELATIONS)]
    chosen = countable(found, most)
    tables = sum(one.bytes is not None for one in found)
    return Contents(
        relations=frozenset((one.kind, one.schema, one.name) for one in found),
        rows=count(connection, ((one.schema, one.name) for one in chosen)),
        uncounted=tables - len(chosen),
    )


def countable(found: Iterable[Relation], most: int) -> list[Relation]:
    """The smallest tables, together no larger than allowed; pure."""
    chosen, left = [], most
    tables = (one for one in found if one.bytes is not None)
    for one in sorted(tables, key=lambda one: (one.bytes or 0, one.schema, one.name)):
        left -= one.bytes or 0
        if left < 0:
            break
        chosen.append(one)
    return chosen


def count(
    connection: Connection[Any], tables: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """The rows of each table itself; those of its children are theirs."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    question = sql.SQL("SELECT count(*) FROM ONLY {}")
    counted = {}
    for table in tables:
        row = connection.execute(question.format(sql.Identifier(*table))).fetchone()
        counted[table] = int(row[0]) if row else 0
    return counted


def compare(name: str, before: Contents, restored: Contents) -> None:
    """See that a restored database has all that was dumped; pure.

    Raises:
        MachineFailed: with what is missing.
    """
    missing = sorted(before.relations - restored.relations)
    if missing:
        named = ", ".join(f"{schema}.{one}" for _, schema, one in missing[:_NAMED])
        raise MachineFailed(f"the copy of {name} lacks {len(missing)} of its tables: {named}")
    for (schema, table), rows in sorted(before.rows.items()):
        found = restored.rows.get((schema, table))
        if found != rows:
            raise MachineFailed(
                f"the copy of {name} has {found} rows in {schema}.{table}, and {rows} were dumped"
            )
