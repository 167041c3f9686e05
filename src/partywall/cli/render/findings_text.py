"""What was understood, what was found and what was refused, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from partywall.cli.render.columns import clean, columns, count, hang, pad, sendable, table
from partywall.cli.render.style import Style

Item = Mapping[str, Any]
_MOST_NAMES = 3
_LEVELS = {"wrong": ("bad", "red"), "warning": ("unsure", "amber"), "note": ("dot", "dim")}


def init_text(document: Mapping[str, Any], style: Style) -> str:
    """The document of `init --report --json` for people."""
    refusals = document.get("refusals") or ()
    blocks = [
        _services(document.get("services") or {}, style),
        _items("noticed", document.get("findings") or (), "action", style),
        _items("refused", refusals, "remedy", style),
        _running(document.get("running") or (), style),
    ]
    return sendable("\n\n".join("\n".join(block) for block in blocks if block), style)


def doctor_text(findings: Sequence[Item], style: Style) -> str:
    """What is wrong here and what to do.

    Each finding has `check`, `what` and `remedy`, and may have `environment` and `level` (`wrong`,
    `warning`, `note`; else `wrong`).
    """
    if not findings:
        return style.paint(f"{style.symbol('good')} nothing is wrong here", "green")
    lines = [line for one in findings for line in _finding(one, style)]
    levels = [one.get("level", "wrong") for one in findings]
    parts = [
        count(levels.count(level), noun, many)
        for level, noun, many in (
            ("wrong", "thing is wrong", "things are wrong"),
            ("warning", "warning", ""),
            ("note", "note", ""),
        )
        if level in levels
    ]
    return sendable("\n".join([*lines, "", style.paint(", ".join(parts), "bold")]), style)


def _services(services: Mapping[str, Item], style: Style) -> list[str]:
    if not services:
        return []
    title = f"{count(len(services), 'service')} understood"
    heads = table([(clean(name), clean(one.get("role"))) for name, one in services.items()])
    widest = max(map(columns, heads))
    lines = [style.paint(title, "bold")]
    for head, one in zip(heads, services.values(), strict=True):
        lines += hang(f"  {pad(head, widest)}  ", _reason(one), style)
    return lines


def _reason(one: Item) -> str:
    sure = one.get("confidence")
    return clean(one.get("why") or "") + (f" ({clean(sure)})" if sure not in (None, "") else "")


def _items(title: str, items: Sequence[Item], answer: str, style: Style) -> list[str]:
    """A titled list: what it is, and below it what is done or what to do about it."""
    if not items:
        return []
    colour = "red" if answer == "remedy" else "amber"
    symbol = style.paint(style.symbol("bad" if answer == "remedy" else "unsure"), colour)
    lines = [style.paint(title, "bold", colour)]
    for one in together(items, answer):
        where = clean(one.get("service") or one.get("kind") or "")
        lines += hang(f"  {symbol} ", f"{where}: {clean(one.get('what') or '')}", style)
        lines += hang(f"    {style.symbol('to')} ", clean(one.get(answer) or ""), style)
    return lines


def together(items: Sequence[Item], answer: str) -> list[Item]:
    """One item where the same is said of several services; `[service]` names all of them then."""
    groups: dict[tuple[str, ...], list[Item]] = {}
    for one in items:
        said = str(one.get(answer) or "").replace(f"[{one.get('service')}]", "[]")
        groups.setdefault((str(one.get("kind")), str(one.get("what")), said), []).append(one)
    return [_joined(group, answer) for group in groups.values()]


def _joined(group: Sequence[Item], answer: str) -> Item:
    first = group[0]
    names = list(dict.fromkeys(str(one.get("service") or "") for one in group))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    subject = ", ".join(names[:_MOST_NAMES]) + more
    said = str(first.get(answer) or "").replace(f"[{first.get('service')}]", f"[{subject}]")
    return first if len(group) == 1 else {**first, "service": subject, answer: said}


def _running(running: Sequence[Any], style: Style) -> list[str]:
    if not running:
        return []
    lines = [style.paint("already running here", "bold")]
    for one in running:
        lines += hang(f"  {style.symbol('dot')} ", clean(as_line(one)), style)
    return lines


def as_line(running: object) -> str:
    """What runs already: a name, or facts with their names."""
    if isinstance(running, Mapping):
        return ", ".join(f"{name} {value}" for name, value in running.items())
    return str(running)


def _finding(one: Item, style: Style) -> Iterable[str]:
    symbol, colour = _LEVELS[one.get("level", "wrong")]
    where = f" ({clean(one['environment'])})" if one.get("environment") else ""
    head = style.paint(f"{style.symbol(symbol)} {clean(one['check'])}{where}", colour)
    yield from hang(f"{head}: ", clean(one["what"]), style)
    if one.get("remedy"):
        yield from hang(f"  {style.symbol('to')} ", clean(one["remedy"]), style)
