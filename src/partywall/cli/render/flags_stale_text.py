"""Flags that have had their time, and what is wrong with flags in a change, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from partywall.cli.render.columns import clean, count, hang, sendable
from partywall.cli.render.style import Style
from partywall.flags.migrations import Caution
from partywall.flags.stale import Finding
from partywall.workflows.flags.checking import Checked
from partywall.workflows.flags.staleness import Stale


def stale_text(found: Stale, style: Style) -> str:
    """Every finding and what to do; its sentence says where it is."""
    if not found.findings:
        return _well(f"{_looked(found.flags)}, and none has had its time", style)
    lines = [line for one in found.findings for line in _finding(one, "amber", "unsure", style)]
    end = style.paint(
        f"{count(len(found.findings), 'finding')}, {_looked(found.flags)}", "bold"
    )  # fmt: skip
    return sendable("\n".join([*lines, "", end]), style)


def check_text(found: Checked, style: Style) -> str:
    """Errors first, then warnings."""
    lines = [line for one in found.errors for line in _finding(one, "red", "bad", style)]
    lines += [line for one in found.warnings for line in _finding(one, "amber", "unsure", style)]
    lines += _caution(found.caution, found.base, style) if found.caution else []
    if not lines:
        return _well(f"{_looked(found.flags)}, and nothing is wrong", style)
    warnings = len(found.warnings) + bool(found.caution)
    said = ", ".join(
        count(number, noun)
        for number, noun in ((len(found.errors), "error"), (warnings, "warning"))
        if number
    )
    end = style.paint(f"{said}, {_looked(found.flags)}", "bold")
    return sendable("\n".join([*lines, "", end]), style)


def _looked(flags: int) -> str:
    return f"{count(flags, 'flag')} {'is' if flags == 1 else 'are'} defined"


def _well(said: str, style: Style) -> str:
    return sendable(style.paint(f"{style.symbol('good')} {said}", "green"), style)


def _finding(one: Finding, colour: str, symbol: str, style: Style) -> list[str]:
    head = style.paint(f"{style.symbol(symbol)} {one.kind.value}", colour)
    return [
        *hang(f"{head}  ", clean(one.says), style),
        *hang(f"  {style.symbol('to')} ", clean(one.remedy), style),
    ]


def _caution(one: Caution, base: str, style: Style) -> Sequence[str]:
    head = style.paint(f"{style.symbol('unsure')} migration", "amber")
    return [
        *hang(f"{head}  ", f"{clean(one.says)} (since {clean(base)})", style),
        *hang(f"  {style.symbol('to')} ", clean(one.remedy), style),
    ]


def stale_document(found: Stale) -> dict[str, Any]:
    """Findings for scripts."""
    return {
        "flags": found.flags,
        "findings": list(map(_document, found.findings)),
        "notes": list(found.notes),
    }


def check_document(found: Checked) -> dict[str, Any]:
    """Errors and warnings for scripts."""
    return {
        "flags": found.flags,
        "errors": list(map(_document, found.errors)),
        "warnings": list(map(_document, found.warnings)),
        "migration": msgspec.to_builtins(found.caution),
        "base": found.base or None,
        "notes": list(found.notes),
    }


def _document(one: Finding) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "flag": one.flag,
        "file": one.place.file,
        "line": one.place.line,
        "says": one.says,
        "remedy": one.remedy,
    }
