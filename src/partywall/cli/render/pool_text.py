"""A pool and what would change it, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from partywall.cli.render.amounts import memory
from partywall.cli.render.columns import clean, hang, sendable
from partywall.cli.render.style import Style
from partywall.execution.pool import Stage
from partywall.workflows.pool.shown import Shown, Step

_HALF = "half done: `partywall pool create`, as root, goes on"
_AWAY = "not mounted: `partywall pool create`, as root, mounts it"


def pool_text(found: Shown | None, style: Style) -> str:
    """Where it is, how large, and what lies in it."""
    if found is None:
        return "there is no pool"
    lines = [style.paint(clean(found.folder), "bold")]
    for text in _lines(found):
        lines += hang("  ", clean(text), style)
    return sendable("\n".join(lines), style)


def _lines(found: Shown) -> Iterator[str]:
    if found.stage is not Stage.READY:
        yield _HALF
    elif found.mounted:
        yield (
            f"{memory(found.size_bytes)}, {memory(found.used_bytes)} used, "
            f"{memory(found.free_bytes)} free"
        )
        yield f"snapshots: {found.snapshots}, clones: {found.clones}"
    else:
        yield f"{memory(found.size_bytes)}, {_AWAY}"
    taken = f", which takes {memory(found.disk_bytes)} of its disk" if found.disk_bytes else ""
    yield f"on {found.on}{taken}"
    if not found.at_start:
        yield "nothing mounts it when the machine starts"


def steps_text(steps: Sequence[Step], style: Style) -> str:
    """Each step with its reason, and what it does below it."""
    if not steps:
        return "no changes"
    lines: list[str] = []
    for one in steps:
        sign = style.symbol(one.action.value)
        lines += hang(f"{sign} {one.action} {one.key}  ", clean(one.why), style)
        lines.append(f"    {clean(one.does)}")
    return sendable("\n".join(lines), style)


def changed_document(steps: Sequence[Step], found: Shown | None) -> dict[str, Any]:
    """The document of what was, or would be, changed; `found` is the pool as it is now."""
    return {
        "steps": msgspec.to_builtins(steps),
        "changes": len(steps),
        "pool": msgspec.to_builtins(found),
    }
