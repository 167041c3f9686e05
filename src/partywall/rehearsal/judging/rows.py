"""Rows that are changed in great number at once, and rows and columns that are gone; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from partywall.data.postgres.schemas.item import Change, Drift
from partywall.data.postgres.tracing import effects
from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.reading import Named, stated, verb, written
from partywall.data.postgres.tracing.relations import Relation
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.case import Case, about, longest
from partywall.rehearsal.judging.naming import dropping, naming
from partywall.rehearsal.reasons import Kind, Reason
from partywall.rehearsal.seen import fewer

_BATCHES = "change some thousand rows at a time, each batch in a transaction of its own"
_KEPT = "keep them until the new version has stayed: drop in a later migration"
_CHANGING = frozenset({"UPDATE", "DELETE", "MERGE", "WITH", "INSERT"})
_HIDING = frozenset({"DO", "CALL", "SELECT"})
"""Commands that can change rows without saying so."""


def rows(case: Case) -> Iterator[Reason]:
    """A reason for each table."""
    for before in case.tables.by_oid.values():
        yield from _many(case, before)
    yield from _gone(case)


def _many(case: Case, before: Relation) -> Iterator[Reason]:
    after = case.ran.after.tables.by_oid.get(before.oid)
    if after is None:
        return
    changed = after.updated + after.deleted - before.updated - before.deleted
    if changed < t.MANY_WRITTEN:
        return
    changed -= sum(_is(before, written(one.text)) for one in case.theirs)
    command, most = _most(_writers(case.mine, before), changed)
    if most >= t.MANY_WRITTEN:
        what = (
            f"about {most:,} rows of {before.called} are changed in one transaction,"
            " and each is locked until it ends"
        )
        yield about(command, Kind.MANY_ROWS, what, _BATCHES, before.called)


def _writers(mine: Sequence[Command], table: Relation) -> list[Command]:
    """Who can have changed its rows."""
    saying = [one for one in mine if _is(table, written(one.text)) and _changes(one)]
    return saying or [one for one in mine if verb(one.text) in _HIDING and one.failure is None]


def _changes(one: Command) -> bool:
    return verb(one.text) in _CHANGING and one.failure is None


def _most(writers: Sequence[Command], changed: int) -> tuple[Command | None, int]:
    """The transaction that changed most, by the share of time that it had; and its longest."""
    together: dict[str, list[Command]] = {}
    for one in writers:
        key = f"{one.session}/{one.transaction or one.number}"
        together.setdefault(key, []).append(one)
    total = sum(one.seconds for one in writers)
    if not total:
        return None, changed
    most = max(together.values(), key=lambda group: sum(one.seconds for one in group))
    return longest(most), round(changed * sum(one.seconds for one in most) / total)


def _is(table: Relation, names: Sequence[Named]) -> bool:
    return any(name.name == table.name and name.schema in {"", table.schema} for name in names)


def _gone(case: Case) -> Iterator[Reason]:
    lost = dict.fromkeys(one.item.name for one in case.drifts if _is_table(one))
    for before in case.tables.by_oid.values():
        if before.name in lost and before.rows:
            what = f"{before.called} is dropped with its {before.rows:,} rows"
            command = dropping(case.mine, "table", before.name)
            yield about(command, Kind.DATA_LOSS, what, _KEPT, before.called)
    for before, left in fewer(case.ran.before, case.ran.after):
        if before.rows - left > _deleted(case, before):
            what = f"{before.called} has {left:,} rows of {before.rows:,} left"
            yield about(_remover(case, before), Kind.DATA_LOSS, what, _SAVED, before.called)
    yield from (_column(case, one) for one in case.drifts if _is_lost_column(case, one))


def _deleted(case: Case, table: Relation) -> int:
    """By visitors, a row for each of their commands."""
    every = [one for one in case.theirs if verb(one.text) == "DELETE"]
    return sum(_is(table, written(one.text)) for one in every)


_SAVED = "be sure that they are not needed, or copy them elsewhere first"


def _is_table(drift: Drift) -> bool:
    return drift.change is Change.MISSING and drift.item.kind == "table"


def _remover(case: Case, table: Relation) -> Command | None:
    """Who emptied it: by its words, or by what was seen."""
    for one in reversed(case.mine):
        if one.failure is None and _is(table, [name for name, _ in stated(one.text)]):
            return one
    deletes = [one for one in _writers(case.mine, table) if "DELETE" in one.text.upper()]
    made = [one for one in case.mine if _touched(one, table)]
    return longest(deletes) or longest(made) or longest(_writers(case.mine, table))


def _touched(one: Command, table: Relation) -> bool:
    return any(thing.oid == table.oid for thing in effects.made(one))


def _is_lost_column(case: Case, drift: Drift) -> bool:
    if drift.change is not Change.MISSING or drift.item.kind != "column" or drift.within:
        return False
    table = case.tables.named("", drift.item.of)
    command = dropping(case.mine, "table column", drift.item.name)
    return bool(table and table.rows and command)


def _column(case: Case, drift: Drift) -> Reason:
    command = dropping(case.mine, "table column", drift.item.name)
    what = f"column {drift.item.called} is dropped with what is in it"
    return about(command or naming(case.mine, drift), Kind.DATA_LOSS, what, _KEPT, drift.item.of)
