"""A report as one document for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from partywall.data.postgres.schemas import heads
from partywall.data.postgres.schemas.item import Change, Drift
from partywall.data.postgres.tracing import effects
from partywall.data.postgres.tracing.modes import blocks, said, strength
from partywall.data.postgres.tracing.reading import shortened, without_values
from partywall.rehearsal.case import Case
from partywall.rehearsal.findings import Findings, Repeat
from partywall.rehearsal.folding import Line, folded
from partywall.rehearsal.reasons import Reason
from partywall.rehearsal.report import Report
from partywall.rehearsal.stage import Done

Document = dict[str, Any]
_LONGEST = 4000
_WORDS = {Change.MISSING: "gone", Change.EXTRA: "new", Change.DIFFERS: "changed"}


def document(report: Report) -> Document:
    """Everything that a report says."""
    case, traced = report.case, report.case.ran.traced
    return {
        "verdict": str(report.verdict),
        "passed": report.passed,
        "reasons": [_reason(one) for one in report.reasons],
        "notes": list(report.notes),
        "seconds": round(case.ran.done.seconds, 3),
        "statements": [_statement(case, one) for one in folded(case.mine)],
        "tables": _tables(case),
        "schema_diff": [_drift(one) for one in case.drifts],
        "migrations": _migrations(case),
        "wal_bytes": traced.wal_bytes,
        "disk": {
            "before_bytes": traced.bytes_before,
            "after_bytes": traced.bytes_after,
            "needed_bytes": max(0, traced.bytes_most - traced.bytes_before),
        },
        "runs": _runs(case.findings),
        "traffic": _traffic(case),
        "lint": _lint(report),
    }


def _reason(one: Reason) -> Document:
    return {
        "kind": str(one.kind),
        "fatal": one.fatal,
        "accepted": one.accepted,
        "what": one.what,
        "remedy": one.remedy,
        "statement": one.statement,
        "sql": one.text,
        "table": one.table,
        "where": str(one.where) if one.where else "",
    }


def _statement(case: Case, line: Line) -> Document:
    one = line.command
    known = case.ran.traced.wal
    return {
        "number": one.number,
        "sql": shortened(one.text, _LONGEST),
        "times": line.times,
        "seconds": round(line.seconds, 4),
        "waited_seconds": round(one.waited, 3),
        "transaction": f"{one.pid}:{one.transaction}" if one.transaction else "",
        "error": {"code": one.failure.code, "message": without_values(one.failure.message)}
        if one.failure
        else None,
        "locks": _locks(case, one.number),
        "rewritten": [table.called for table in effects.rewritten(one, case.tables)],
        "rows_read": {
            case.tables.by_oid[oid].called: rows
            for oid, rows in effects.read(one, case.tables).items()
        },
        "wal_bytes": effects.wal(one, known) if line.times == 1 else None,
    }


def _locks(case: Case, number: int) -> list[Document]:
    return [
        {
            "table": one.table.called,
            "mode": said(one.mode),
            "blocks": str(blocks(one.mode)),
            "seconds": round(one.seconds, 4),
        }
        for one in case.taken
        if one.command == number
    ]


def _tables(case: Case) -> dict[str, Document]:
    """Each that was there before or is now: rows, size, and the strongest lock."""
    now = {one.called: one for one in case.ran.after.tables.by_oid.values()}
    then = {one.called: one for one in case.tables.by_oid.values()}
    found: dict[str, Document] = {}
    for name in sorted({*then, *now}):
        before, after = then.get(name), now.get(name)
        found[name] = {
            "rows_before": before.rows if before else None,
            "rows_after": after.rows if after else None,
            "exact": all(one.exact for one in (before, after) if one),
            "bytes_before": before.bytes if before else None,
            "bytes_after": after.bytes if after else None,
            "rewritten": bool(before and after and before.filenode != after.filenode),
            "lock": _strongest(case, name),
        }
    return found


def _strongest(case: Case, name: str) -> Document | None:
    mine = [one for one in case.taken if one.table.called == name]
    if not mine:
        return None
    worst = max(mine, key=lambda one: (strength(one.mode), one.seconds))
    return {
        "mode": said(worst.mode),
        "blocks": str(blocks(worst.mode)),
        "seconds": round(worst.seconds, 4),
        "statement": worst.command,
    }


def _drift(one: Drift) -> Document:
    return {
        "kind": one.item.kind,
        "name": one.item.called,
        "change": _WORDS[one.change],
        "facts": {name: {"before": a, "after": b} for name, (a, b) in one.facts.items()},
    }


def _migrations(case: Case) -> Document:
    compared = heads.compared(case.ran.before.heads, case.ran.after.heads)
    return {
        one.tool: {"gone": list(one.only_first), "applied": list(one.only_second)}
        for one in compared
    }


def _runs(found: Findings) -> dict[str, Document]:
    every = {
        "migrate": found.ran.done,
        "empty": found.empty,
        "again": _done(found.again),
        "downgrade": _done(found.downgrade),
        "tests": found.tests,
        "old_tests": found.old_tests,
        "old_tests_before": found.old_tests_before,
    }
    return {name: _run(done) for name, done in every.items() if done is not None}


def _done(repeat: Repeat | None) -> Done | None:
    return repeat.done if repeat else None


def _run(done: Done) -> Document:
    return {
        "code": done.code,
        "seconds": round(done.seconds, 3),
        "last_lines": _end(f"{done.out}\n{done.err}".splitlines()),
    }


def _end(lines: Iterable[str]) -> list[str]:
    return [without_values(line) for line in lines if line.strip()][-20:]


def _traffic(case: Case) -> Document | None:
    if case.ran.traffic is None:
        return None
    meanwhile = [one for one in case.theirs if one.until >= case.ran.began]
    failed = [one.failure.code for one in meanwhile if one.failure]
    return {
        "statements": len(meanwhile),
        "longest_wait_seconds": round(max((one.waited for one in meanwhile), default=0.0), 3),
        "failures": {code: failed.count(code) for code in sorted(set(failed))},
    }


def _lint(report: Report) -> Document:
    return {
        "run": not report.linted.why_not,
        "hints": [
            {"rule": one.rule, "message": one.message, "help": one.help,
             "statement": one.statement, "sql": one.text}
            for one in report.linted.hints
        ],
    }  # fmt: skip
