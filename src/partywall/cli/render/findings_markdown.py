"""What `init` understood, found and refused as Markdown, for an issue or a page of a wiki."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from partywall.cli.render.findings_text import as_line, together
from partywall.cli.render.markdown import cell, line

Item = Mapping[str, Any]


def init_markdown(document: Mapping[str, Any]) -> str:
    """The document of `init --report --json` as Markdown."""
    blocks = [
        _services(document.get("services") or {}),
        _items("Noticed", document.get("findings") or (), "action"),
        _items("Refused", document.get("refusals") or (), "remedy"),
        _running(document.get("running") or ()),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _services(services: Mapping[str, Item]) -> list[str]:
    if not services:
        return []
    lines = ["## Services", "", "| service | role | why | sure |", "|---|---|---|---|"]
    for name, one in services.items():
        cells = (name, one.get("role"), one.get("why"), one.get("confidence"))
        lines.append(f"| {' | '.join(map(cell, cells))} |")
    return lines


def _items(title: str, items: Sequence[Item], answer: str) -> list[str]:
    """A titled list: what it is and where, and below it what is done or what to do about it."""
    if not items:
        return []
    lines = [f"## {title}", ""]
    for one in together(items, answer):
        subject = line(one.get("service") or one.get("kind") or "")
        where = str(one.get("where") or "").rpartition("/")[2]
        lines.append(
            f"- **{subject}**: {line(one.get('what') or '')}"
            + (f" ({line(where)})" if where else "")
        )
        if one.get(answer):
            lines.append(f"  - {line(one[answer])}")
    return lines


def _running(running: Sequence[Any]) -> list[str]:
    if not running:
        return []
    return ["## Already running here", "", *(f"- {line(as_line(one))}" for one in running)]
