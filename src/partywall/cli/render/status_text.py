"""The status document as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from partywall.cli.render.amounts import duration, memory
from partywall.cli.render.columns import clean, count, hang, sendable, table
from partywall.cli.render.style import Style

Document = Mapping[str, Any]
_HEADS = ("SERVICE", "ROLE", "HEALTH", "MEMORY", "UPTIME", "RESTARTS", "DRIFT")
_RIGHT = frozenset({3, 4, 5})
_COLOURS = {"healthy": "green", "starting": "amber", "no check": "dim"}


def status_text(
    document: Document,
    style: Style,
    production: Sequence[str] = ("prod",),
    limits: Sequence[str] = (),
) -> str:
    """The document of `status --json` for people; `limits` are the engine's, as a footnote."""
    environments: Mapping[str, Document] = document.get("environments") or {}
    blocks = [_title(document, style)]
    for place, (name, one) in enumerate(environments.items()):
        marked = bool(one.get("production", name in production))
        head = style.environment(clean(name), production=marked, place=place)
        blocks.append([_header(head, one, style, marked), *_services(one.get("services"), style)])
    blocks += [_extra(name, document.get(name), style) for name in ("shared", "edge")]
    blocks.append(_footnote(str(document.get("engine", "")), limits, style))
    return sendable("\n\n".join("\n".join(block) for block in blocks if block), style)


def _title(document: Document, style: Style) -> list[str]:
    dot = f" {style.symbol('dot')} "
    said = (document.get("project"), document.get("architecture"), document.get("engine"))
    return [style.paint(dot.join(clean(one) for one in said if one), "bold")]


def _header(head: str, one: Document, style: Style, production: bool) -> str:
    mark = style.paint("production", "red") if production else ""
    parts = (head, mark, style.paint(clean(one.get("url") or ""), "cyan"), _state(one, style))
    return "  ".join(part for part in (*parts, _protection(one), _expiry(one)) if part)


def _state(one: Document, style: Style) -> str:
    if not one.get("present"):
        return style.paint("absent", "dim")
    if one.get("healthy") is None:
        return style.paint("unknown", "amber")
    good = bool(one["healthy"])
    symbol = style.symbol("good" if good else "bad")
    return style.paint(f"{symbol} {'healthy' if good else 'unhealthy'}", "green" if good else "red")


def _protection(one: Document) -> str:
    protected = one.get("protected")
    if not protected:
        return ""
    user = one.get("user") or (protected if isinstance(protected, str) else "")
    return f"password for user {clean(user)}" if user else "password"


def _expiry(one: Document) -> str:
    return f"expires {clean(one['expires'])}" if one.get("expires") else ""


def _services(services: Mapping[str, Document] | None, style: Style) -> list[str]:
    if not services:
        return []
    rows = [tuple(style.paint(head, "dim") for head in _HEADS)]
    rows += [_row(name, one, style) for name, one in services.items()]
    return [f"  {line}" for line in table(rows, _RIGHT)]


def _row(name: str, one: Document, style: Style) -> tuple[str, ...]:
    word = health_word(one)
    none = style.symbol("none")
    restarts = one.get("restarts")
    drift = _drift(one.get("drift"))
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
    """How a service is: healthy, starting, unhealthy, stopped, no check, or its own state."""
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
    return "differs" if drift is True else clean(drift)


def _extra(name: str, part: Document | None, style: Style) -> list[str]:
    """What all environments use: a mapping of services, or the edge as one service."""
    if not part:
        return []
    one = name == "edge" and not all(isinstance(value, Mapping) for value in part.values())
    services = {name: {"role": name, **part}} if one else part
    return [style.paint(name, "bold"), *_services(services, style)]


def _footnote(engine: str, limits: Sequence[str], style: Style) -> list[str]:
    if not limits:
        return []
    head = (
        f"{count(len(limits), 'thing')} that the engine {clean(engine)} deliberately does not do:"
    )
    dot = f"  {style.symbol('dot')} "
    return [
        style.paint(head, "dim"),
        *(line for one in limits for line in hang(dot, clean(one), style)),
    ]
