"""Locks that others would feel, and orders of locks that lead to deadlocks; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.holding import Taken
from partywall.data.postgres.tracing.modes import Blocks, blocks, said, stops_writes, strength
from partywall.data.postgres.tracing.reading import shortened
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.case import Case, about, longest
from partywall.rehearsal.reasons import Kind, Reason


def locking(case: Case) -> Iterator[Reason]:
    """Both, a reason for each table and each transaction."""
    by_number = {one.number: one for one in case.mine}
    for taken in _worst(one for one in case.taken if _is_long(one)):
        yield _long(taken, by_number[taken.command], _meanwhile(case, taken))
    yield from _order(case, by_number)


def _is_long(taken: Taken) -> bool:
    bound = t.READS_BLOCKED if blocks(taken.mode) is Blocks.ALL else t.WRITES_BLOCKED
    return stops_writes(taken.mode) and taken.seconds >= bound


def _worst(every: Iterable[Taken]) -> Iterable[Taken]:
    """For each table the strongest, and of those the longest."""
    found: dict[int, Taken] = {}
    for one in every:
        last = found.get(one.table.oid)
        if last is None or _weight(one) > _weight(last):
            found[one.table.oid] = one
    return found.values()


def _weight(one: Taken) -> tuple[int, float]:
    return strength(one.mode), one.seconds


def _meanwhile(case: Case, taken: Taken) -> Command | None:
    """What took most of the time for which a lock was held."""
    return longest(
        one for one in case.mine if one.until > taken.since and one.started < taken.until
    )


def _long(taken: Taken, command: Command, busy: Command | None) -> Reason:
    what = (
        f"{blocks(taken.mode)} of {taken.table.called} wait for {taken.seconds:.1f} s"
        f" ({said(taken.mode)}, until its transaction ends)"
    )
    if busy is not None and busy.number != command.number:
        what += f"; most of that is `{shortened(busy.text, 80)}`"
    return about(command, Kind.LONG_LOCK, what, _shorter(command, busy), taken.table.called)


def _shorter(command: Command, busy: Command | None) -> str:
    if busy is not None and busy.number != command.number:
        return "put what takes long into a transaction of its own, before or after"
    return "do it in steps that each hold the lock for a moment, or when nobody uses the table"


def _order(case: Case, by_number: dict[int, Command]) -> Iterator[Reason]:
    together: dict[str, list[Taken]] = {}
    for one in case.taken:
        if stops_writes(one.mode) and one.table.rows >= t.LIVELY_ROWS:
            together.setdefault(one.transaction, []).append(one)
    for locks in together.values():
        first: dict[int, Taken] = {}
        for one in locks:
            first.setdefault(one.table.oid, one)
        if len({one.command for one in first.values()}) > 1:
            yield _ordered(list(first.values()), by_number)


def _ordered(first: list[Taken], by_number: dict[int, Command]) -> Reason:
    names = ", then ".join(one.table.called for one in first)
    what = (
        f"one transaction locks {names}: who uses them in another order meanwhile waits"
        " for it and it for them, and one of both is thrown out"
    )
    remedy = "a transaction for each table, with a short `lock_timeout`"
    table = first[-1].table.called
    return about(by_number[first[-1].command], Kind.LOCK_ORDER, what, remedy, table)
