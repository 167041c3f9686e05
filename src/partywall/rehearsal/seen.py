"""A copy looked at: its schema, how far migrations are applied, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.schemas import heads
from partywall.data.postgres.schemas.catalogue import Side, items
from partywall.data.postgres.schemas.difference import difference
from partywall.data.postgres.schemas.item import Drift, Item
from partywall.data.postgres.tracing.relations import Relation, Tables, schemas, tables
from partywall.data.postgres.tracing.watch import quiet
from partywall.rehearsal.stage import Opened

if TYPE_CHECKING:
    from psycopg import Connection


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of it."""

    items: tuple[Item, ...] = ()
    heads: Mapping[str, tuple[str, ...]] = {}
    """Tool → the migrations that it has applied."""
    tables: Tables = Tables({})


def look(opened: Opened, seconds: float) -> Seen:
    """What there is now; rows are counted for so many seconds.

    Raises:
        MachineFailed: when the copy does not answer.
    """
    with quiet(opened.connect) as connection:
        there = schemas(connection)
        return Seen(
            items=(*_schemas(there, opened), *items(connection, _side(there, opened))),
            heads=_heads(connection, there),
            tables=tables(connection, seconds),
        )


def changes(before: Seen, after: Seen, *, of_tools: bool = True) -> tuple[Drift, ...]:
    """What is another schema afterwards: `missing` is gone, `extra` is new.

    Args:
        before: the one moment.
        after: the other.
        of_tools: whether the tables count in which tools write what they have applied.
    """
    found = difference(before.items, after.items)
    if of_tools:
        return found
    own = heads.tables()
    return tuple(one for one in found if not {one.item.name, one.item.of} & own)


def fewer(before: Seen, after: Seen) -> tuple[tuple[Relation, int], ...]:
    """Tables that have lost rows, with how many are left.

    What was too large to be counted before has lost some when less than half of it is left.
    """
    return tuple(
        (one, other.rows)
        for one, other in _both(before, after)
        if other.exact and other.rows < (one.rows if one.exact else one.rows / 2)
    )


def other_rows(before: Seen, after: Seen) -> tuple[str, ...]:
    """Tables with another number of rows; those of tools do not count."""
    return tuple(
        one.called
        for one, other in _both(before, after)
        if one.exact and other.exact and other.rows != one.rows and one.name not in heads.tables()
    )


def _both(before: Seen, after: Seen) -> Iterable[tuple[Relation, Relation]]:
    """By name: one that was made anew under its old name is the same to who asks for it."""
    now = {(one.schema, one.name): one for one in after.tables.by_oid.values()}
    for one in before.tables.by_oid.values():
        other = now.get((one.schema, one.name))
        if other is not None:
            yield one, other


def _schemas(there: Iterable[str], opened: Opened) -> Iterable[Item]:
    return (Item(kind="schema", name=name) for name in there if name != opened.schema)


def _side(there: tuple[str, ...], opened: Opened) -> Side:
    labels = {"" if name == opened.schema else name: name for name in there}
    return Side(schemas=labels, owner=opened.owner)


def _heads(connection: Connection[Any], there: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in there:
        for tool, applied in heads.applied(connection, name).items():
            found[tool] = (*found.get(tool, ()), *applied)
    return found
