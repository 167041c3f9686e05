"""The rows of a schema's tables, brought into the same tables elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

_TABLES = """
SELECT c.relname, (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
ORDER BY c.oid"""
_SEQUENCES = """SELECT relname FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind = 'S' ORDER BY oid"""
_FILLED_VIEWS = """SELECT relname FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind = 'm' AND relispopulated ORDER BY oid"""

_ALIKE = """
SET LOCAL row_security = off; SET LOCAL client_encoding = 'UTF8'; SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL lc_monetary = 'C'
"""
"""Both sides write and read values alike, whatever their roles and databases have as customary.

A policy that holds rows back from their owner is an error, and no loss.
"""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table that has rows of its own, with the columns that can be given."""

    name: str
    columns: tuple[str, ...]


def tables(connection: Connection[Any], schema: str) -> list[Table]:
    """Every one of a schema: of partitioned ones the partitions, each by itself."""
    found = connection.execute(_TABLES, [_quoted(schema)])
    return [Table(name=name, columns=tuple(columns or ())) for name, columns in found]


def move(source: Connection[Any], target: Connection[Any], schemas: tuple[str, str]) -> int:
    """Bring all rows and the state of sequences over; returns the number of rows.

    Args:
        source: a connection in a transaction that sees one moment.
        target: a connection in a transaction, to empty tables without keys and triggers.
        schemas: the source's and the target's.

    Raises:
        MachineFailed: when fewer rows arrive than left.
    """
    for connection in (source, target):
        connection.execute(_ALIKE.encode())
    moved = sum(_table(source, target, schemas, one) for one in tables(source, schemas[0]))
    for name in _names(source, _SEQUENCES, schemas[0]):
        _sequence(source, target, schemas, name)
    return moved


def refresh(source: Connection[Any], target: Connection[Any], schemas: tuple[str, str]) -> None:
    """Fill the materialized views that are filled at the source, each after those it is made of."""
    from psycopg import errors  # noqa: PLC0415  (0.17 s to import)

    left = list(_names(source, _FILLED_VIEWS, schemas[0]))
    while left:
        waiting = []
        for name in left:
            try:
                with target.transaction():
                    _refresh(target, schemas[1], name)
            except errors.ObjectNotInPrerequisiteState:  # another one is empty yet
                waiting.append(name)
        if len(waiting) == len(left):
            raise MachineFailed(f"the materialized views {', '.join(left)} cannot be filled")
        left = waiting


def _refresh(target: Connection[Any], schema: str, name: str) -> None:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    target.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(schema, name)))


def _names(connection: Connection[Any], question: str, schema: str) -> Iterator[str]:
    for row in connection.execute(question.encode(), [_quoted(schema)]).fetchall():
        yield str(row[0])


def _table(
    source: Connection[Any], target: Connection[Any], schemas: tuple[str, str], table: Table
) -> int:
    """Block by block: no row is ever held here as a whole table."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    left, right = (sql.Identifier(schema, table.name) for schema in schemas)
    out = sql.SQL("COPY (SELECT {} FROM ONLY {}) TO STDOUT").format(columns, left)
    named = sql.SQL("({})").format(columns) if table.columns else sql.SQL("")
    into = sql.SQL("COPY {} {} FROM STDIN").format(right, named)
    with source.cursor() as reading, target.cursor() as writing:
        with reading.copy(out) as rows, writing.copy(into) as place:
            for block in rows:
                place.write(block)
        if reading.rowcount != writing.rowcount:
            raise MachineFailed(
                f"{reading.rowcount} rows of {table.name} left and {writing.rowcount} arrived"
            )
        return writing.rowcount


def _sequence(
    source: Connection[Any], target: Connection[Any], schemas: tuple[str, str], name: str
) -> None:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    question = sql.SQL("SELECT last_value, is_called FROM {}")
    row = source.execute(question.format(sql.Identifier(schemas[0], name))).fetchone()
    if row is not None:
        place = sql.Identifier(schemas[1], name).as_string(target)
        target.execute("SELECT setval(%s::regclass, %s, %s)", [place, *row])


def _quoted(name: str) -> str:
    """A name as a cast from a text reads it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
