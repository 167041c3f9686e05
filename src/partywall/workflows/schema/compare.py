"""`schema diff`: in what two environments' tables differ, and what would make them the same."""

from __future__ import annotations

import msgspec

from partywall.data.postgres.schemas import heads, statements
from partywall.data.postgres.schemas.catalogue import items
from partywall.data.postgres.schemas.difference import difference
from partywall.data.postgres.schemas.heads import Heads
from partywall.data.postgres.schemas.item import Drift, Item
from partywall.data.postgres.schemas.statements import Answer
from partywall.workflows.project import Project
from partywall.workflows.schema import place
from partywall.workflows.schema.place import Home


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    first: Home
    second: Home
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


def compare(project: Project, first: str, second: str, service: str = "") -> Compared:
    """Compare two environments' tables; nothing is changed.

    Raises:
        PartywallError: when one of them cannot be looked at.
    """
    one, other = (place.find(project, name, service) for name in (first, second))
    seen = [_look(project, home, (one, other)) for home in (one, other)]
    drifts = difference(seen[0].items, seen[1].items)
    answered = tuple(statements.answers(drifts))
    return Compared(
        first=one,
        second=other,
        drifts=answered,
        heads=heads.compared(seen[0].applied, seen[1].applied),
        sql=_sql(other, answered),
    )


def _look(project: Project, home: Home, both: tuple[Home, ...]) -> _Seen:
    with place.entered(project, home) as connection:
        side = place.side(home, connection, both)
        own = tuple(Item(kind="schema", name=label) for label in side.schemas if label)
        return _Seen(
            items=(*own, *items(connection, side)), applied=heads.applied(connection, home.schema)
        )


def _sql(home: Home, answered: tuple[tuple[Drift, Answer], ...]) -> str:
    """One script after another, for each schema its own."""
    labels = dict.fromkeys(drift.item.schema for drift, _ in answered)
    scripts = []
    for label in labels:
        mine = [(drift, said) for drift, said in answered if drift.item.schema == label]
        scripts.append(statements.text(label or home.schema, statements.script(mine)))
    return "\n".join(script for script in scripts if script)
