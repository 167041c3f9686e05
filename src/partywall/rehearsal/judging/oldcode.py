"""What the code that runs in production would not find any more, or could not write; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partywall.data.postgres.schemas.item import Change, Drift
from partywall.data.postgres.tracing.commands import Command
from partywall.rehearsal.case import Case, about
from partywall.rehearsal.judging.naming import dropping, naming
from partywall.rehearsal.reasons import Kind, Reason

_USED = frozenset(
    {"table", "column", "view", "materialized view", "sequence", "function", "enum", "type"}
)
_LATER = "first a version that does not use it, then this migration"
_BOTH = "add the new one beside it, let both versions work, and drop the old one later"
_FILLED = "give it a default, or allow NULL until the old code is gone"
_WIDER = {
    "smallint": ("integer", "bigint", "numeric"),
    "integer": ("bigint", "numeric"),
    "bigint": ("numeric",),
    "real": ("double precision",),
    "character varying": ("text",),
}
_LENGTH = re.compile(r"(?P<name>[a-z ]+)\((?P<length>\d+)(?P<scale>,-?\d+)?\)")


def old_code(case: Case) -> Iterator[Reason]:
    """A reason for each thing that it has a use for."""
    new = {(one.item.kind, one.item.of) for one in case.drifts if one.change is Change.EXTRA}
    known = {one.name for one in case.tables.by_oid.values()}
    for drift in case.drifts:
        if drift.change is Change.MISSING and _is_used(drift):
            yield _gone(case, drift, renamed=(drift.item.kind, drift.item.of) in new)
        elif drift.change is Change.DIFFERS:
            yield from _differs(case, drift)
        elif drift.item.kind == "column" and drift.item.of in known and _is_demanding(drift):
            what = f"old code cannot insert into {drift.item.of}: {drift.item.name} needs a value"
            yield _reason(case, drift, what, _FILLED)


def _is_used(drift: Drift) -> bool:
    """Parts go with their whole, and a sequence with the column that it counts for."""
    return drift.item.kind in _USED and not drift.within and not drift.item.said("owned by")


def _gone(case: Case, drift: Drift, *, renamed: bool) -> Reason:
    kind = {"column": "table column"}.get(drift.item.kind, drift.item.kind)
    command = dropping(case.mine, kind, drift.item.name) or naming(case.mine, drift)
    other = renamed and command is not None and _renames(command)
    word = "renamed" if other else "dropped"
    what = f"old code that uses {drift.item.kind} {drift.item.called} fails: it is {word}"
    return about(command, Kind.OLD_CODE, what, _BOTH if other else _LATER, _table(drift))


def _renames(command: Command) -> bool:
    return re.search(r"\bRENAME\b", command.text, re.IGNORECASE) is not None


def _differs(case: Case, drift: Drift) -> Iterator[Reason]:
    facts, name = drift.facts, drift.item.called
    if drift.item.kind == "enum" and drift.first and drift.second:
        lost = set(drift.first.listed("labels")) - set(drift.second.listed("labels"))
        if lost:
            what = f"old code that writes {', '.join(sorted(lost))} into {name} fails"
            yield _reason(
                case, drift, what, "add values; leave the old ones until nobody uses them"
            )
    if drift.item.kind != "column":
        return
    old, new = (str(one) for one in facts.get("type", ("", "")))
    if old != new and not _is_wider(old, new):
        what = f"old code may not get on with {name}: it was {old} and is {new}"
        yield _reason(case, drift, what, _BOTH)
    if facts.get("default", ("", ""))[0] and _is_demanding(drift):
        what = f"old code that leaves {name} out cannot insert any more: its default is gone"
        yield _reason(case, drift, what, _FILLED)


def _is_demanding(drift: Drift) -> bool:
    """Whether a row cannot be made without naming a column."""
    item = drift.second or drift.item
    given = ("default", "generated", "identity")
    return bool(item.said("not null")) and not any(item.said(fact) for fact in given)


def _is_wider(old: str, new: str) -> bool:
    """Whether every value fits, and looks the same to who reads it."""
    one, other = _LENGTH.fullmatch(old), _LENGTH.fullmatch(new)
    if one and other and (one["name"], one["scale"]) == (other["name"], other["scale"]):
        return int(one["length"]) <= int(other["length"])
    plain = one["name"] if one else old
    return new in (*_WIDER.get(plain, ()), *((plain,) if one else ()))


def _reason(case: Case, drift: Drift, what: str, remedy: str) -> Reason:
    return about(naming(case.mine, drift), Kind.OLD_CODE, what, remedy, _table(drift))


def _table(drift: Drift) -> str:
    return drift.item.of or (drift.item.name if drift.item.kind == "table" else "")
