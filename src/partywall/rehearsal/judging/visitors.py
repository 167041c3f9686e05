"""What visitors felt while it ran, and after; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.executed import Wait
from partywall.data.postgres.tracing.reading import shape, shortened
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.case import Case, about, longest
from partywall.rehearsal.judging.failure import against
from partywall.rehearsal.reasons import Kind, Reason

_DEADLOCK = "40P01"
_OURS = frozenset({"57P01", "25P02", "57014"})
"""Ended with their program or by a failure before."""


def visitors(case: Case) -> Iterator[Reason]:
    """Deadlocks, failures and waits: one reason for each."""
    yield from _deadlocks(case)
    yield from _failures(case)
    yield from _waits(case)


def _deadlocks(case: Case) -> Iterator[Reason]:
    for one in case.theirs:
        if one.failure and one.failure.code == _DEADLOCK and one.until >= case.ran.began:
            what = f"a visitor and it waited for each other; thrown out was `{_short(one)}`"
            remedy = "lock one table per transaction, with a short `lock_timeout`, and try again"
            yield about(_at(case, one.until) or _beside(case, one), Kind.DEADLOCK, what, remedy)
            return


def _failures(case: Case) -> Iterator[Reason]:
    failed = [one for one in case.theirs if one.failure and one.failure.code != _DEADLOCK]
    before = {_what(one) for one in failed if one.until < case.ran.began}
    told: set[tuple[str, str]] = set()
    for one in failed:
        if one.until < case.ran.began or _what(one) in before | told or _code(one) in _OURS:
            continue
        told.add(_what(one))
        what = f"visitors' `{_short(one)}` fails: {against(one)}"
        cause = _named(case, one) or _beside(case, one)
        yield about(cause, Kind.TRAFFIC, what, "let the old code work on the new schema")


def _waits(case: Case) -> Iterator[Reason]:
    waiting = [one for one in case.theirs if one.waited >= t.VISITOR_WAITED]
    worst = max(waiting, key=lambda one: one.waited, default=None)
    if worst is not None:
        what = f"visitors waited for up to {worst.waited:.1f} s (`{_short(worst)}`)"
        remedy = "hold its locks for a shorter time"
        yield about(_holder(case, worst), Kind.TRAFFIC, what, remedy)


def _holder(case: Case, waiting: Command) -> Command | None:
    """Whose lock it was: by the table, or by who ran meanwhile."""
    wait = max(waiting.waits, key=lambda one: one.seconds)
    return _by_lock(case, wait) or _beside(case, waiting)


def _by_lock(case: Case, wait: Wait) -> Command | None:
    mine = {one.number: one for one in case.mine}
    for taken in case.taken:
        if taken.table.oid == wait.oid and taken.seconds >= wait.seconds / 2:
            return mine.get(taken.command)
    return None


def _beside(case: Case, one: Command) -> Command | None:
    """What of the migration ran at the same time, or last before."""
    same = [mine for mine in case.mine if mine.started <= one.until and mine.until >= one.started]
    earlier = [mine for mine in case.mine if mine.started <= one.until and mine.events]
    return longest(same) or (earlier[-1] if earlier else None)


def _at(case: Case, moment: float) -> Command | None:
    """What of the migration ran at one moment."""
    running = [one for one in case.mine if one.started <= moment <= one.until]
    return running[-1] if running else None


def _named(case: Case, one: Command) -> Command | None:
    """The last change before that names what was complained about."""
    names = re.findall(r'"([^"]+)"', one.failure.message) if one.failure else []
    earlier = [mine for mine in case.mine if mine.started <= one.until and mine.events]
    naming = [mine for mine in earlier if any(name in mine.text for name in names)]
    return naming[-1] if naming else None


def _what(one: Command) -> tuple[str, str]:
    return shape(one.text), _code(one)


def _code(one: Command) -> str:
    return one.failure.code if one.failure else ""


def _short(one: Command) -> str:
    return shortened(one.text, 80)
