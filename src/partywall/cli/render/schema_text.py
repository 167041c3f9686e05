"""In what the tables of two sides differ, for people and for scripts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from partywall.cli.render.columns import clean, hang, sendable
from partywall.cli.render.style import Style
from partywall.data.postgres.schemas.heads import Heads
from partywall.data.postgres.schemas.item import Change, Drift, Fact
from partywall.data.postgres.schemas.statements import Answer
from partywall.workflows.schema.compare import Compared

_SIGNS = {Change.MISSING: ("-", "red"), Change.EXTRA: ("+", "green"), Change.DIFFERS: ("~", "cyan")}


def schema_text(found: Compared, style: Style) -> str:
    """Every difference as a line, seen from the first."""
    if found.same:
        return "no differences"
    lines: list[str] = []
    for drift, said in found.drifts:
        if not drift.within:
            lines += _drift(found, drift, said, style)
    for one in found.heads:
        if not one.same:
            lines += hang("", clean(f"! migrations of {one.tool}: {_apart(found, one)}"), style)
    lines += ["", *hang("", _sum(found), style)]
    return sendable("\n".join(lines), style)


def schema_document(found: Compared) -> dict[str, Any]:
    """The document for scripts."""
    return {
        "first": found.first,
        "second": found.second,
        "same": found.same,
        "differences": [_document(drift, said) for drift, said in found.drifts],
        "migrations": {
            one.tool: {"only_first": one.only_first, "only_second": one.only_second}
            for one in found.heads
        },
        "sql": found.sql,
    }


def _document(drift: Drift, said: Answer) -> dict[str, Any]:
    return {
        "kind": drift.item.kind,
        "name": drift.item.called,
        "change": drift.change.value,
        "facts": {fact: {"first": a, "second": b} for fact, (a, b) in drift.facts.items()},
        "sql": list(said.sql),
        "why_not": said.why_not,
    }


def _drift(found: Compared, drift: Drift, said: Answer, style: Style) -> Iterator[str]:
    sign, colour = _SIGNS[drift.change]
    second = found.second
    words = {
        Change.MISSING: f"is not in {second}",
        Change.EXTRA: f"is only in {second}",
        Change.DIFFERS: "; ".join(_facts(found, drift.facts)),
    }[drift.change]
    head = f"{style.paint(sign, colour)} {clean(drift.item.kind)} {clean(drift.item.called)}  "
    yield from hang(head, clean(words), style)
    for one, other in drift.facts.values():
        yield from _lines(one, other)
    if said.why_not:
        yield from hang("    no statement: ", clean(said.why_not), style)


def _facts(found: Compared, facts: dict[str, tuple[Fact, Fact]]) -> Iterator[str]:
    for fact, (one, other) in facts.items():
        if _long(one) or _long(other):
            yield f"{fact} differs"
        else:
            names = found.first, found.second
            yield f"{fact}: {_shown(one)} in {names[0]}, {_shown(other)} in {names[1]}"


def _shown(value: Fact) -> str:
    text = value if isinstance(value, str) else ", ".join(value)
    return text or "none"


def _long(value: Fact) -> bool:
    return "\n" in _shown(value)


def _lines(one: Fact, other: Fact) -> Iterable[str]:
    """What differs of texts of several lines."""
    if not (_long(one) or _long(other)):
        return []
    old, new = _shown(one).splitlines(), _shown(other).splitlines()
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    return [f"    | {clean(line)}" for line in lines]


def _apart(found: Compared, one: Heads) -> str:
    parts = []
    for name, only in (
        (found.first, one.only_first),
        (found.second, one.only_second),
    ):
        if only:
            parts.append(f"only {name} has {', '.join(only)}")
    return "; ".join(parts)


def _sum(found: Compared) -> str:
    many = len(found.drifts)
    can = sum(not said.why_not for _, said in found.drifts)
    if not many:
        return "the tables are the same"
    noun = "difference" if many == 1 else "differences"
    return f"{many} {noun}; `--sql` prints statements for {can}, to be run in {_where(found)}"


def _where(found: Compared) -> str:
    return clean(found.second)
