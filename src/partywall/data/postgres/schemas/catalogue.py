"""Asks a database what its schemas are made of, in one transaction that can only read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.schemas.item import Fact, Item
from partywall.data.postgres.schemas.questions import OF_THE_DATABASE, QUESTIONS
from partywall.model.errors import MachineFailed
from partywall.system.decoding import convert

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

_READING = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL statement_timeout = '30s'",
    "SET LOCAL lock_timeout = '2s'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL extra_float_digits = 1",
)
"""Values in definitions are written alike on both sides, whatever their roles have as customary."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Whose schemas they are, and what their roles are called."""

    schemas: Mapping[str, str]
    """What a schema is compared as → its name; the empty one is the app's own."""
    owner: str
    others: Collection[str] = ()
    """Roles whose privileges are no part of the schema: those of other environments."""


def items(connection: Connection[Any], side: Side) -> tuple[Item, ...]:
    """Everything that these schemas hold, by kind; nothing is changed.

    Raises:
        MachineFailed: when the server does not answer.
    """
    from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

    with connection.cursor() as cursor:
        try:
            for statement in _READING:
                cursor.execute(statement.encode())
            return tuple(_all(cursor, side))
        except Error as error:
            raise MachineFailed(f"the catalogue cannot be read: {error}") from error
        finally:
            connection.rollback()


def _all(cursor: Cursor[Any], side: Side) -> Iterator[Item]:
    for kind, question in QUESTIONS.items():
        for label, schema in side.schemas.items():
            if label and kind in OF_THE_DATABASE:
                continue
            yield from _ask(cursor, kind, question, label, schema, side)


def _ask(
    cursor: Cursor[Any], kind: str, question: str, label: str, schema: str, side: Side
) -> Iterator[Item]:
    number = _known(cursor, schema)
    given = {"ns": number, "owner": side.owner, "others": list(side.others)}
    for of, name, facts in cursor.execute(question.encode(), given):
        known = {fact: value for fact, value in facts.items() if value is not None}
        yield Item(kind=kind, of=of, name=name, schema=label, facts=convert(known, dict[str, Fact]))


def _known(cursor: Cursor[Any], schema: str) -> int:
    """The number of a schema, which from here on is the one whose names need no prefix."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    cursor.execute("SELECT oid FROM pg_namespace WHERE nspname = %s", [schema])
    row = cursor.fetchone()
    if row is None:
        raise MachineFailed(f"there is no schema {schema}", remedy="run `partywall up`")
    cursor.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
    return int(row[0])
