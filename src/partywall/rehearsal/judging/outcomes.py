"""What came of running it twice, of the way back, and of tests; pure."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.rehearsal.case import Case, about
from partywall.rehearsal.findings import Repeat
from partywall.rehearsal.reasons import Kind, Reason
from partywall.rehearsal.seen import Seen, changes, other_rows
from partywall.rehearsal.stage import Done


def outcomes(case: Case) -> Iterator[Reason]:
    """A reason for each that was asked for and did not go well."""
    found = case.findings
    if found.again is not None:
        yield from _again(case, found.again)
    if found.downgrade is not None:
        yield from _back(case, found.downgrade)
    if found.tests is not None and found.tests.code:
        what = f"the new code's tests fail on the new schema: {said(found.tests)}"
        yield about(None, Kind.TESTS, what)
    yield from _old_tests(case)


def _again(case: Case, again: Repeat) -> Iterator[Reason]:
    if again.done.code:
        what = f"it does not run a second time: {said(again.done)}"
        yield about(
            None,
            Kind.NOT_AGAIN,
            what,
            "let it look first (`IF NOT EXISTS`), or keep a record of what was applied",
        )
        return
    other = _other(case.ran.after, again.after)
    if other:
        what = f"run a second time, it changes more: {other}"
        yield about(None, Kind.NOT_AGAIN, what, "let it look first whether it has been done")


def _back(case: Case, back: Repeat) -> Iterator[Reason]:
    if back.done.code:
        what = f"the way back fails: {said(back.done)}"
        yield about(None, Kind.IRREVERSIBLE, what, "write it, or have a snapshot to go back to")
        return
    other = _other(case.ran.before, back.after)
    if other:
        what = f"the way back leads elsewhere: {other}"
        yield about(None, Kind.IRREVERSIBLE, what, "write it so that all comes back")


def _other(one: Seen, other: Seen | None) -> str:
    """In what two moments differ; empty: in nothing that was looked at."""
    if other is None:
        return ""
    drifts = changes(one, other, of_tools=False)
    words = [f"{drift.item.kind} {drift.item.called}" for drift in drifts if not drift.within]
    words += [f"rows of {name}" for name in other_rows(one, other)]
    return ", ".join(words[:_NAMED]) + (", …" if len(words) > _NAMED else "")


_NAMED = 6


def _old_tests(case: Case) -> Iterator[Reason]:
    found = case.findings
    if found.old_tests is None or not found.old_tests.code:
        return
    if found.old_tests_before is None or not found.old_tests_before.code:
        what = f"the old code's tests fail on the new schema: {said(found.old_tests)}"
        remedy = "let both versions work on it, or have nobody use the app meanwhile"
        yield about(None, Kind.OLD_CODE, what, remedy)


def said(done: Done) -> str:
    """What a program said last, and its code."""
    return f"{done.last_words} (code {done.code})"
