"""A migration that did not come to its end, or went past what failed; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.reading import (
    changes_nothing,
    shape,
    shortened,
    without_values,
)
from partywall.data.postgres.tracing.running import Running
from partywall.rehearsal.case import Case, about
from partywall.rehearsal.reasons import Kind, Reason

_DEADLOCK = "40P01"
_OUT_OF_TIME = frozenset({"57014", "55P03", "25P03", "25P04", "57P05"})
_FOLLOWS = frozenset({"25P02", "57P01"})
"""A transaction that had failed before; a session that we have ended."""
_HEADS = re.compile(r".*(?:multiple head|multiple leaf nodes|more than one head).*", re.IGNORECASE)
"""Words of Alembic and Django; only the name of the reason hangs on them, not the verdict."""


def failure(case: Case) -> Iterator[Reason]:
    """Why it fails, if it does."""
    if case.ran.timed_out:
        yield _timeout(case)
    elif case.ran.done.code:
        yield _ended(case)
    else:
        yield from _passed_over(case)
        yield from _heads(case)


def _timeout(case: Case) -> Reason:
    last = next((one for one in reversed(case.mine) if _is_last(one)), None)
    now = {one.pid: one for one in case.ran.stuck}
    stuck = now.get(last.pid) if last else None
    doing = _doing(stuck, now) if stuck else "no statement ran then"
    what = f"it was ended when its time was over: {doing}"
    remedy = "make it shorter, in several steps, or give it more time with `--timeout`"
    return about(last, Kind.TIMEOUT, what, remedy)


def _is_last(one: Command) -> bool:
    return not one.ended or bool(one.failure and one.failure.code in {"57P01", *_OUT_OF_TIME})


def _doing(stuck: Running, now: dict[int, Running]) -> str:
    blockers = [now[pid] for pid in stuck.blockers if pid in now]
    if blockers:
        whose = ", ".join(f"`{shortened(one.query, 80)}` ({one.state})" for one in blockers)
        return f"it waited for a lock that is held by another session: {whose}"
    if stuck.state == "active":
        return f"this statement was running{f', waiting for {stuck.waits}' if stuck.waits else ''}"
    return f"its session was {stuck.state or 'there'}, after this statement"


def _ended(case: Case) -> Reason:
    failed = _failed(case.mine)
    if failed is None or failed.failure is None:
        kind = Kind.HEADS if _HEADS.search(_output(case)) else Kind.FAILED
        found = _HEADS.search(_output(case))
        line = found.group().strip() if found else case.ran.done.last_words
        what = f"it ended with code {case.ran.done.code}, without a failed statement: {line}"
        remedy = "merge the heads into one (`alembic merge heads`, `makemigrations --merge`)"
        return about(None, kind, what, remedy if kind is Kind.HEADS else "")
    return _by_code(case, failed)


def _by_code(case: Case, failed: Command) -> Reason:
    said = against(failed)
    code = failed.failure.code if failed.failure else ""
    if code == _DEADLOCK:
        remedy = "lock one table per transaction, with a short `lock_timeout`, and try again"
        return about(
            failed, Kind.DEADLOCK, f"it and a visitor waited for each other: {said}", remedy
        )
    if code in _OUT_OF_TIME:
        return about(
            failed,
            Kind.TIMEOUT,
            f"it ran out of its own time: {said}",
            "try again when there is less traffic, or do less in one statement",
        )
    if case.findings.empty is not None and case.findings.empty.code == 0:
        what = f"it works on an empty database, and fails on real rows: {said}"
        return about(failed, Kind.REAL_DATA, what, "put the rows right first, in a step of its own")
    return about(failed, Kind.FAILED, said)


def _passed_over(case: Case) -> Iterator[Reason]:
    """It says that it is done, and something of it was not: `psql` without ON_ERROR_STOP."""
    for at, one in enumerate(case.mine):
        if one.failure is None or changes_nothing(one.text) or one.failure.code in _FOLLOWS:
            continue
        if not _made_good(one, case.mine[at + 1 :]):
            what = f"it went on after this failed, and said that all was well: {against(one)}"
            yield about(one, Kind.FAILED, what, "let it stop (`psql -v ON_ERROR_STOP=1`)")


def _made_good(one: Command, later: Sequence[Command]) -> bool:
    same = shape(one.text)
    return any(shape(other.text) == same and other.failure is None for other in later)


def _heads(case: Case) -> Iterator[Reason]:
    """Alembic alone has a row for each head; two where there was one are two ways on."""
    before = case.ran.before.heads.get("Alembic", ())
    after = case.ran.after.heads.get("Alembic", ())
    if len(after) > max(1, len(before)):
        what = f"migrations have {len(after)} heads now: {', '.join(after)}"
        last = next((one for one in reversed(case.mine) if "alembic_version" in one.text), None)
        yield about(last, Kind.HEADS, what, "merge them into one: `alembic merge heads`")


def _failed(mine: Sequence[Command]) -> Command | None:
    failed = [one for one in mine if one.failure and one.failure.code not in _FOLLOWS]
    return failed[-1] if failed else None


def against(one: Command) -> str:
    """What the server said against a command, without the rows of production that it names."""
    if one.failure is None:
        return ""
    detail = f" ({one.failure.detail.splitlines()[0]})" if one.failure.detail else ""
    said = f"{one.failure.message.splitlines()[0]}{detail}"
    return f"{without_values(said)} [{one.failure.code}]"


def _output(case: Case) -> str:
    return f"{case.ran.done.out}\n{case.ran.done.err}"
