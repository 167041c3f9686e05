"""How far the migrations of an app have been applied, by the tables that their tools keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from psycopg import Connection


class _Tool(NamedTuple):
    name: str
    table: str
    column: str
    """An SQL expression for what was applied."""
    applied: str = "true"


_TOOLS = (
    _Tool("Alembic", "alembic_version", "version_num"),
    _Tool("Django", "django_migrations", "app || '.' || name"),
    _Tool("Flyway", "flyway_schema_history", "coalesce(version, description)", "success"),
    _Tool("Prisma", "_prisma_migrations", "migration_name", "finished_at IS NOT NULL"),
    _Tool("Knex", "knex_migrations", "name"),
    _Tool("Sequelize", "SequelizeMeta", "name"),
    _Tool("Goose", "goose_db_version", "version_id::text", "is_applied"),
    _Tool("Doctrine", "doctrine_migration_versions", "version"),
    _Tool("Liquibase", "databasechangelog", "id"),
    _Tool("Laravel", "migrations", "migration"),
    _Tool("TypeORM", "migrations", "name"),
    _Tool("Rails and others", "schema_migrations", "version::text"),
)


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool says that only one of two environments has."""

    tool: str
    only_first: tuple[str, ...] = ()
    only_second: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both are equally far."""
        return not (self.only_first or self.only_second)


def tables() -> frozenset[str]:
    """The names of the tables that tools keep for themselves."""
    return frozenset(tool.table for tool in _TOOLS)


def applied(connection: Connection[Any], schema: str) -> dict[str, tuple[str, ...]]:
    """Tool → what it has applied in a schema; tools that were never there are left out."""
    found = {tool.name: _asked(connection, schema, tool) for tool in _TOOLS}
    return {name: rows for name, rows in found.items() if rows is not None}


def compared(
    first: Mapping[str, Iterable[str]], second: Mapping[str, Iterable[str]]
) -> tuple[Heads, ...]:
    """Every tool that one of two has, with what only one of them has applied."""
    return tuple(
        Heads(
            tool=tool,
            only_first=_beyond(first, second, tool),
            only_second=_beyond(second, first, tool),
        )
        for tool in (*first, *(tool for tool in second if tool not in first))
    )


def _beyond(
    one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]], tool: str
) -> tuple[str, ...]:
    known = set(other.get(tool, ()))
    return tuple(name for name in one.get(tool, ()) if name not in known)


def _asked(connection: Connection[Any], schema: str, tool: _Tool) -> tuple[str, ...] | None:
    """What it applied; None when its table is not there, or is another tool's of that name."""
    from psycopg import errors, sql  # noqa: PLC0415  (0.17 s to import)

    question = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY 1").format(
        sql.SQL(tool.column), sql.Identifier(schema, tool.table), sql.SQL(tool.applied)
    )
    try:
        return tuple(str(row[0]) for row in connection.execute(question))
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName):
        return None
