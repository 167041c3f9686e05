"""What changed since the last proof, one line per attempt, or per pair where one does not stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from partywall.cli.render.columns import clean, count, hang, pad
from partywall.cli.render.style import Style

_NEWS = {
    "crossed": ("newly crossed", "bad", "red"),
    "held": ("newly held", "good", "green"),
    "shared by design": ("now shared by design", "open", "amber"),
}
_NO_LONGER = ("no longer tried", "unsure", "amber")
_WIDEST = max(len(words) for words, _, _ in (*_NEWS.values(), _NO_LONGER))
_FEW = 3
"""So many attempts of one kind between two are shown one by one."""
Change = Mapping[str, Any]


def since_lines(since: Mapping[str, Any] | None, style: Style) -> list[str]:
    """A block that says what changed, or that nothing did; none when nothing can be compared."""
    if since is None:
        return []
    when = datetime.fromtimestamp(float(since["at"]), UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    changed: list[Change] = sorted(since["changed"], key=_order)
    if not changed:
        return [f"nothing changed since {when}"]
    groups = [list(group) for _, group in groupby(changed, key=_order)]
    lines = [line for group in groups for line in _group(group, style)]
    return ["\n".join([style.paint(f"changed since {when}", "bold"), *lines])]


def _order(change: Change) -> tuple[int, str, str]:
    news = [*_NEWS, None]
    now = change["now"] if change["now"] in _NEWS else None
    return news.index(now), str(change["from"]), str(change["to"])


def _group(changes: Sequence[Change], style: Style) -> Iterator[str]:
    words, symbol, colour = _NEWS.get(str(changes[0]["now"]), _NO_LONGER)
    ends = f"{clean(changes[0]['from'])} {style.symbol('to')} {clean(changes[0]['to'])}"
    label = style.paint(pad(f"{style.symbol(symbol)} {words}", _WIDEST + 3), colour)
    if len(changes) > _FEW and words != _NEWS["crossed"][0]:
        walls = ", ".join(sorted({clean(one["probe"]) for one in changes}))
        reasons = {clean(one["answer"]) for one in changes if not one["now"]}
        why = f": {next(iter(reasons))}" if len(reasons) == 1 and "" not in reasons else ""
        yield from hang(
            f"  {label} {ends}  ", f"{count(len(changes), 'attempt')} ({walls}){why}", style
        )
        return
    for one in changes:
        said = [clean(one["tried"]), *filter(None, [clean(one["answer"])])]
        head = f"  {label} {ends}  {clean(one['probe'])}  "
        yield from hang(head, f" {style.symbol('to')} ".join(said), style)
