"""An environment's budget: what is taken of it, what that cost, and how it is shared out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from partywall.cli.render.amounts import duration, memory
from partywall.cli.render.columns import clean, count, hang, table
from partywall.cli.render.style import Style

Document = Mapping[str, Any]
_HEADS = ("PORTION", "MEMORY", "RESERVED", "CORES", "PROCESSES", "BY")
_RIGHT = frozenset({1, 2, 3, 4})


def budget_lines(
    limits: Document | None, services: Mapping[str, Document], style: Style
) -> list[str]:
    """A line for the environment, and one for each service that was held back."""
    if not limits or not limits.get("enforced"):
        return []
    lines = hang("  budget: ", ", ".join(_parts(limits)), style)
    mark = style.paint(style.symbol("unsure"), "amber")
    for name, one in services.items():
        if held := ", ".join(_held(one)):
            lines += hang(f"  {mark} {clean(name)}: ", held, style)
    if drift := limits.get("drift"):
        lines += hang(f"  {mark} budget not in force: ", clean(drift), style)
        lines += hang(f"    {style.symbol('to')} ", "`partywall up` sets it again", style)
    return lines


def portion_lines(limits: Document | None, style: Style) -> list[str]:
    """How a budget is shared out, and what is not there to be shared."""
    if not limits or not limits.get("enforced"):
        return []
    rows = [_portion(name, one, style) for name, one in (limits.get("portions") or {}).items()]
    heads = tuple(style.paint(head, "dim") for head in _HEADS)
    lines = [f"  {line}" for line in table([heads, *rows], _RIGHT)] if rows else []
    missing: Sequence[str] = limits.get("missing") or ()
    return [*lines, *(line for one in missing for line in hang("  ", clean(one), style))]


def _parts(limits: Document) -> Iterator[str]:
    yield f"{_of(memory(limits.get('memory_bytes')))}{memory(limits.get('memory_limit_bytes'))}"
    yield _processors(limits)
    pids = limits.get("pids")
    yield f"{_of('' if pids is None else str(pids))}{limits.get('pids_limit')} processes"
    yield from _held(limits)


def _processors(limits: Document) -> str:
    amount, cores = limits.get("cpus") or 0, limits.get("cores") or ()
    which = f" (number {', '.join(map(str, cores))})" if cores else ""
    return f"{amount:g} {'core' if amount == 1 else 'cores'}{which}"


def _held(one: Document) -> Iterator[str]:
    """What a limit did; a limit may hide a real problem."""
    if seconds := one.get("throttled_seconds"):
        yield f"waited {duration(seconds) if seconds >= 1 else 'under 1 s'} for processors"
    if kills := one.get("oom_kills"):
        yield f"{count(kills, 'process was', 'processes were')} killed for memory"


def _portion(name: str, one: Document, style: Style) -> tuple[str, ...]:
    reserved = memory(one["reserved_bytes"]) if one.get("reserved_bytes") else style.symbol("none")
    return (
        clean(name),
        memory(one.get("memory_bytes")),
        reserved,
        f"{one.get('cpus_guaranteed') or 0:g} to {one.get('cpus') or 0:g}",
        str(one.get("pids")),
        clean(one.get("why")),
    )


def _of(used: str) -> str:
    return f"{used} of " if used else ""
