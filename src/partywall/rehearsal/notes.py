"""What has to be known beside the reasons: no risk by itself, or not looked at; pure."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.data.postgres.schemas.item import Change
from partywall.data.postgres.tracing import effects
from partywall.data.postgres.tracing.modes import Blocks, blocks
from partywall.data.postgres.tracing.reading import changes_nothing, shortened
from partywall.rehearsal.case import Case
from partywall.rehearsal.judging.outcomes import said
from partywall.rehearsal.lint import Linted


def notes(case: Case, linted: Linted) -> Iterator[str]:
    """A sentence each."""
    if linted.why_not:
        yield linted.why_not
    yield from _nothing(case)
    yield from _patience(case)
    yield from _labels(case)
    yield from _estimates(case)
    yield from _tests(case)
    yield from _traffic(case)


def _nothing(case: Case) -> Iterator[str]:
    doing = [one for one in case.mine if not changes_nothing(one.text)]
    if not doing and not case.ran.done.code:
        yield "no statement changed anything: has the migration been applied, or is it another one?"


def _patience(case: Case) -> Iterator[str]:
    """Who waits for a lock has everybody wait behind."""
    strong = {one.command for one in case.taken if blocks(one.mode) is Blocks.ALL}
    for one in case.mine:
        if one.number in strong and effects.patience(one) == "0":
            yield (
                f"there is no `lock_timeout` at `{shortened(one.text, 80)}`: behind it everybody"
                " waits, for as long as it waits itself"
            )
            return


def _labels(case: Case) -> Iterator[str]:
    for drift in case.drifts:
        if drift.change is Change.DIFFERS and drift.item.kind == "enum":
            yield f"values of {drift.item.called} cannot be taken away again by PostgreSQL"


def _estimates(case: Case) -> Iterator[str]:
    names = [one.called for one in case.tables.by_oid.values() if not one.exact]
    if names:
        yield f"rows were not counted, but estimated, in {', '.join(names)}: time was over"


def _tests(case: Case) -> Iterator[str]:
    before = case.findings.old_tests_before
    if before is not None and before.code:
        yield f"the old code's tests fail on the former schema, too: {said(before)}"


def _traffic(case: Case) -> Iterator[str]:
    done = case.ran.traffic
    if done is None:
        return
    asked = sum(case.ran.began <= one.until for one in case.theirs)
    if not asked:
        yield f"the traffic did nothing while the migration ran: {said(done)}"
