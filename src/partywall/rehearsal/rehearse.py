"""One migration rehearsed on copies of production: run, watched, tried further, and judged."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from partywall.model.errors import MachineFailed
from partywall.rehearsal import course, sources
from partywall.rehearsal.case import Case, case
from partywall.rehearsal.emptied import empty
from partywall.rehearsal.findings import Findings, Ran, Repeat
from partywall.rehearsal.judge import reasons
from partywall.rehearsal.judging.unable import refuse_unable
from partywall.rehearsal.lint import lint
from partywall.rehearsal.notes import notes
from partywall.rehearsal.reasons import Reason
from partywall.rehearsal.report import Report
from partywall.rehearsal.seen import look
from partywall.rehearsal.stage import Code, Done, Opened, Stage
from partywall.rehearsal.wanted import Wanted, Words

Tells = Callable[[str], None]
_TESTS_SECONDS = 3600.0


def rehearse(stage: Stage, wanted: Wanted, tell: Tells) -> Report:
    """Everything that is wanted, one after the other; `tell` is told what is done now.

    Raises:
        MachineFailed: when a copy cannot be opened or watched, a program cannot be started, or the
            copy ran out of what it may take.
    """
    from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

    try:
        found = _found(stage, wanted, tell)
    except Error as error:
        said = str(error).strip().splitlines()
        raise MachineFailed(
            f"the copy did not do its part: {said[0] if said else 'no word'}",
            remedy="look at its log, and whether the disk is full",
        ) from error
    laid_out = case(found)
    linted = lint(laid_out.mine)
    return Report(
        reasons=_placed(reasons(laid_out, wanted.accept), laid_out, wanted),
        case=laid_out,
        notes=tuple(notes(laid_out, linted)),
        linted=linted,
    )


def _found(stage: Stage, wanted: Wanted, tell: Tells) -> Findings:
    with stage.fresh() as opened:
        tell("runs the migration on a fresh copy")
        ran = course.watched(stage, opened, wanted)
        refuse_unable(case(Findings(ran=ran)))
        if _is_broken(ran):
            return Findings(ran=ran, empty=_empty(stage, wanted, ran, tell))
        again = _again(stage, opened, wanted, tell)
        downgrade = _downgrade(stage, opened, wanted, tell)
    old_tests = _tests(stage, wanted, wanted.old_tests, Code.OLD, tell)
    return Findings(
        ran=ran, again=again, downgrade=downgrade,
        tests=_tests(stage, wanted, wanted.tests, Code.NEW, tell),
        old_tests=old_tests, old_tests_before=_before(stage, wanted, old_tests, tell),
    )  # fmt: skip


def _is_broken(ran: Ran) -> bool:
    return ran.timed_out or ran.done.code != 0


def _empty(stage: Stage, wanted: Wanted, ran: Ran, tell: Tells) -> Done | None:
    """Whether it is the rows that it fails for."""
    if ran.timed_out:
        return None
    tell("runs it without rows, to see whether it fails for them")
    with stage.fresh() as opened:
        empty(opened)
        return course.simply(stage, opened, wanted.migrate, wanted.timeout)


def _again(stage: Stage, opened: Opened, wanted: Wanted, tell: Tells) -> Repeat | None:
    if not wanted.again:
        return None
    tell("runs it a second time")
    return _repeat(stage, opened, wanted.migrate, wanted)


def _downgrade(stage: Stage, opened: Opened, wanted: Wanted, tell: Tells) -> Repeat | None:
    if not wanted.downgrade:
        return None
    tell("goes the way back")
    return _repeat(stage, opened, wanted.downgrade, wanted)


def _repeat(stage: Stage, opened: Opened, command: Words, wanted: Wanted) -> Repeat:
    done = course.simply(stage, opened, command, wanted.timeout)
    after = None if done.code else look(opened, wanted.count_seconds)
    return Repeat(done=done, after=after)


def _tests(stage: Stage, wanted: Wanted, command: Words, code: Code, tell: Tells) -> Done | None:
    """On a copy of their own: tests leave traces."""
    if not command:
        return None
    tell(f"runs the {code.value} code's tests on the new schema")
    with stage.fresh() as opened:
        migrated = course.simply(stage, opened, wanted.migrate, wanted.timeout)
        if migrated.code:
            return migrated
        return course.simply(stage, opened, command, _TESTS_SECONDS, code)


def _before(stage: Stage, wanted: Wanted, old: Done | None, tell: Tells) -> Done | None:
    """Whether they fail without the migration as well."""
    if old is None or not old.code:
        return None
    tell("runs the old code's tests on the former schema")
    with stage.fresh() as opened:
        return course.simply(stage, opened, wanted.old_tests, _TESTS_SECONDS, Code.OLD)


def _placed(found: tuple[Reason, ...], laid_out: Case, wanted: Wanted) -> tuple[Reason, ...]:
    """With the line of the source that each comes from."""
    if wanted.folder is None or not found:
        return found
    written = sources.texts(wanted.folder)
    commands = {one.number: one.text for one in laid_out.mine}
    return tuple(
        msgspec.structs.replace(one, where=sources.place(commands[one.statement], written))
        if one.statement in commands
        else one
        for one in found
    )
