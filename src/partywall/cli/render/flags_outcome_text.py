"""What became of the users of each variant of a flag, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from partywall.cli.render.columns import clean, hang, sendable, table
from partywall.cli.render.style import Style
from partywall.flags.comparisons import Compared, Verdict
from partywall.flags.outcomes import Outcome, Rate
from partywall.workflows.flags.outcomes import Outcomes

_COLOURS = {
    Verdict.HIGHER: "green",
    Verdict.LOWER: "red",
    Verdict.UNSHOWN: "",
    Verdict.TOO_FEW: "amber",
}


def outcome_text(found: Outcomes, style: Style) -> str:
    """Rates, differences and what they say; numbers are rounded."""
    since = f"counted since {_when(found.since)}" if found.since else "nothing is counted yet"
    head = f"{style.paint(clean(found.flag), 'bold')} in {clean(found.environment)}, {since}"
    lines = [head]
    for one in found.outcomes:
        lines += ["", *_outcome(one, style)]
    if not found.outcomes:
        lines.append("  no outcome is counted: the app posts them to /partywall/v1/outcomes")
    warnings = _once((*found.warnings, *(said for one in found.outcomes for said in one.warnings)))
    notes = _once((*(said for one in found.outcomes for said in one.notes), *found.notes))
    bad, dot = style.paint(style.symbol("bad"), "red"), style.symbol("dot")
    below = [line for said in warnings for line in hang(f"{bad} ", clean(said), style)]
    below += [line for said in notes for line in hang(f"{dot} ", clean(said), style)]
    return sendable("\n".join([*lines, *([""] if below else []), *below]), style)


def _outcome(one: Outcome, style: Style) -> Iterator[str]:
    yield style.paint(clean(one.name), "bold")
    title = ("variant", "users", "with it", "rate", "95 % interval", "")
    rows = [title, *(_rate(rate, one.control) for rate in one.rates)]
    yield from (f"  {line}" for line in table(rows, right=frozenset({1, 2, 3})))
    for each in one.compared:
        yield from hang(f"  {clean(each.variant)}: ", _points(each, one.level), style)
        colour = _COLOURS[each.verdict]
        said = clean(each.says)
        sign = style.symbol("to")
        yield from hang(f"    {style.paint(sign, colour) if colour else sign} ", said, style)


def _rate(one: Rate, control: str) -> tuple[str, ...]:
    percent = "" if one.percent is None else f"{one.percent:.1f} %"
    interval = "" if one.percent is None else f"{one.low:.1f} to {one.high:.1f} %"
    last = "compared with" if one.variant == control else ""
    return clean(one.variant), f"{one.users}", f"{one.outcomes}", percent, interval, last


def _points(one: Compared, level: float) -> str:
    if one.points is None:
        return f"nothing to compare with {clean(one.control)}"
    share = "" if one.relative is None else f" ({one.relative:+.1f} % of it)"
    interval = f"{100 * level:.4g} % interval {one.low:+.2f} to {one.high:+.2f}"
    return f"{one.points:+.2f} percentage points{share}, {interval}"


def _when(said: str) -> str:
    return f"{said[:10]} {said[11:16]} UTC"


def _once(said: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(said)]


def outcome_document(found: Outcomes) -> dict[str, Any]:
    """The same for scripts, nothing rounded."""
    whole: dict[str, Any] = msgspec.to_builtins(found)
    return whole | {"since": found.since or None}
