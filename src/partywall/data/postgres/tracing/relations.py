"""Tables of a database by their numbers: what they are called, and how large they are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.tracing.watcher import SCHEMA

if TYPE_CHECKING:
    from psycopg import Connection

_OTHERS = f"'pg_catalog', 'information_schema', 'pg_toast', '{SCHEMA}'"
_NAMES = f"""
SELECT n.nspname FROM pg_namespace n
WHERE n.nspname NOT IN ({_OTHERS}) AND n.nspname NOT LIKE 'pg\\_temp\\_%'
    AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY 1"""  # noqa: S608  (constants alone)
_TABLES = f"""
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relfilenode::bigint,
    pg_total_relation_size(c.oid), greatest(c.reltuples, 0)::bigint,
    pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid),
    pg_stat_get_tuples_deleted(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ({_OTHERS})
    AND c.relpersistence <> 't' AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
ORDER BY 2, 3"""  # noqa: S608  (constants alone)
_PARTS = """
SELECT i.indexrelid::bigint, i.indrelid::bigint FROM pg_index i WHERE i.indrelid >= 16384
UNION ALL SELECT reltoastrelid::bigint, oid::bigint FROM pg_class
WHERE reltoastrelid <> 0 AND oid >= 16384"""


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """A table or a materialized view, as it was at one moment."""

    oid: int
    schema: str
    name: str
    kind: str
    filenode: int
    """The file of its rows; another one after it was rewritten or emptied."""
    bytes: int
    rows: int
    exact: bool = False
    """Whether its rows were counted; otherwise it is what the planner believes."""
    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def called(self) -> str:
        """Its name; that of its schema before it when it is not `public`."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


class Tables(msgspec.Struct, frozen=True):
    """All of them, and whose indexes and overlong values are whose."""

    by_oid: Mapping[int, Relation]
    parts: Mapping[int, int] = {}

    def of(self, oid: int) -> Relation | None:
        """The table that a number belongs to; None: it was not there."""
        return self.by_oid.get(self.parts.get(oid, oid))

    def named(self, schema: str, name: str) -> Relation | None:
        """The one of this name; without a schema that of any."""
        for one in self.by_oid.values():
            if one.name == name and schema in {"", one.schema}:
                return one
        return None


def schemas(connection: Connection[Any]) -> tuple[str, ...]:
    """Those that an app can have made."""
    return tuple(row[0] for row in connection.execute(_NAMES.encode()))


def tables(connection: Connection[Any], seconds: float = 0.0) -> Tables:
    """What there is; rows are counted for so long, the smallest tables first."""
    found = [_relation(row) for row in connection.execute(_TABLES.encode())]
    counted = _counted(connection, sorted(found, key=lambda one: one.bytes), seconds)
    parts = dict(connection.execute(_PARTS.encode()).fetchall())
    return Tables({one.oid: counted.get(one.oid, one) for one in found}, parts)


def _relation(row: tuple[Any, ...]) -> Relation:
    oid, schema, name, kind, filenode, size, rows, *counters = row
    inserted, updated, deleted = counters
    return Relation(
        oid=oid, schema=schema, name=name, kind=kind, filenode=filenode, bytes=size, rows=rows,
        inserted=inserted, updated=updated, deleted=deleted,
    )  # fmt: skip


def _counted(
    connection: Connection[Any], found: Iterable[Relation], seconds: float
) -> dict[int, Relation]:
    from psycopg import Error, sql  # noqa: PLC0415  (0.17 s to import)

    end = time.monotonic() + seconds
    counted: dict[int, Relation] = {}
    for one in found:
        left = end - time.monotonic()
        if left <= 0:
            break
        connection.execute(f"SET statement_timeout = {max(1, int(left * 1000))}".encode())
        try:
            question = sql.SQL("SELECT count(*) FROM {}").format(
                sql.Identifier(one.schema, one.name)
            )
            row = connection.execute(question).fetchone()
        except Error:  # out of time, or a view that was never filled: what is believed stays
            continue
        counted[one.oid] = msgspec.structs.replace(one, rows=row[0] if row else 0, exact=True)
    connection.execute("RESET statement_timeout")
    return counted
