"""`schema diff`: in what the tables of two sides differ, and what would make them the same."""

from __future__ import annotations

import msgspec

from partywall.data.postgres.schemas import heads, statements
from partywall.data.postgres.schemas.catalogue import items
from partywall.data.postgres.schemas.difference import difference
from partywall.data.postgres.schemas.heads import Heads
from partywall.data.postgres.schemas.item import Drift, Item
from partywall.data.postgres.schemas.statements import Answer
from partywall.workflows.schema.sides.side import Side, Tell, Whose


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    first: str
    """As it was asked for."""
    second: str
    drifts: tuple[tuple[Drift, Answer], ...]
    heads: tuple[Heads, ...]
    sql: str
    """Statements for the second's database, which let it be as the first; empty: there are none."""

    @property
    def same(self) -> bool:
        """Whether there is no difference at all."""
        return not self.drifts and all(one.same for one in self.heads)


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[Item, ...]
    applied: dict[str, tuple[str, ...]]


def compare(first: Side, second: Side, tell: Tell) -> Compared:
    """Compare the tables of two sides; nothing is changed.

    Raises:
        PartywallError: when one of them cannot be looked at.
    """
    both = (first.whose, second.whose)
    seen = [_look(side, both, tell) for side in (first, second)]
    drifts = difference(seen[0].items, seen[1].items)
    answered = tuple(statements.answers(drifts))
    return Compared(
        first=first.whose.label,
        second=second.whose.label,
        drifts=answered,
        heads=heads.compared(seen[0].applied, seen[1].applied),
        sql=_sql(second.whose, answered),
    )


def _look(side: Side, both: tuple[Whose, ...], tell: Tell) -> _Seen:
    with side.opened(tell) as looking, looking.connect() as connection:
        compared = side.whose.compared(connection, both)
        own = tuple(Item(kind="schema", name=label) for label in compared.schemas if label)
        applied = heads.applied(connection, side.whose.schema)
        return _Seen(items=(*own, *items(connection, compared)), applied=applied)


def _sql(whose: Whose, answered: tuple[tuple[Drift, Answer], ...]) -> str:
    """One script after another, for each schema its own."""
    labels = dict.fromkeys(drift.item.schema for drift, _ in answered)
    scripts = []
    for label in labels:
        mine = [(drift, said) for drift, said in answered if drift.item.schema == label]
        scripts.append(statements.text(label or whose.schema, statements.script(mine)))
    return "\n".join(script for script in scripts if script)
