"""Services as tables that keep to the same columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from partywall.cli.render.amounts import duration, memory
from partywall.cli.render.columns import clean, cut, last_line, table
from partywall.cli.render.style import Style

Document = Mapping[str, Any]
Services = Mapping[str, Document]
_HEADS = ("SERVICE", "ROLE", "HEALTH", "MEMORY", "UPTIME", "RESTARTS", "DRIFT")
_RIGHT = frozenset({3, 4, 5})
_COLOURS = {"healthy": "green", "starting": "amber", "no check": "dim", "absent": "dim"}
_DRIFT = 40
"""Columns of a terminal that drift may take; `plan` says all of it."""


def service_tables(sections: Sequence[Services], style: Style) -> list[list[str]]:
    """The lines of one table per section; a section without services has none."""
    heads = tuple(style.paint(head, "dim") for head in _HEADS)
    rows = [_row(name, one, style) for section in sections for name, one in section.items()]
    first, *lines = [f"  {line}" for line in table([heads, *rows], _RIGHT)]
    tables = []
    for section in sections:
        tables.append([first, *lines[: len(section)]] if section else [])
        lines = lines[len(section) :]
    return tables


def _row(name: str, one: Document, style: Style) -> tuple[str, ...]:
    word = health_word(one)
    none = style.symbol("none")
    restarts = one.get("restarts")
    drift = cut(_drift(one.get("drift")), _DRIFT if style.width else 0, style)
    return (
        clean(name),
        clean(one.get("role") or none),
        style.paint(word, _COLOURS.get(word, "red")),
        _memory(one) or none,
        duration(one.get("uptime_seconds")) or none,
        none if restarts is None else style.paint(str(restarts), *(["amber"] if restarts else [])),
        style.paint(drift, "amber") if drift else none,
    )


def health_word(one: Document) -> str:
    """How a service is: healthy, starting, unhealthy, stopped, absent, no check, or its state."""
    if one.get("present") is False:
        return "absent"
    state = str(one.get("state") or "running")
    if state != "running":
        return clean(state)
    return {True: "healthy", False: "unhealthy", None: "no check"}[one.get("healthy")]


def _memory(one: Document) -> str:
    used, limit = memory(one.get("memory_bytes")), memory(one.get("limit_bytes"))
    if not (used and limit):
        return used
    return f"{used} of {limit}{'' if one.get('limit_enforced') else ' (not enforced)'}"


def _drift(drift: object) -> str:
    if not drift:
        return ""
    if isinstance(drift, list | tuple):
        return clean(", ".join(map(str, drift)))
    if drift is True:
        return "differs"
    action, colon, why = str(drift).partition(": ")
    return clean(f"{action}: {last_line(why)}" if colon else last_line(drift))
