"""What a take-over would do, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from partywall.cli.render.columns import clean, hang, sendable
from partywall.cli.render.json import plan_document
from partywall.cli.render.plan_text import plan_text
from partywall.cli.render.style import Style
from partywall.workflows.take_over.found import Successor, TakeOver


def take_over_text(found: TakeOver, style: Style) -> str:
    """The whole, the plan of the new environment included."""
    name = found.environment
    lines = [style.paint(f"{name} goes over from the Compose project {found.project}", "bold")]
    for one in found.services:
        lines += hang(f"  {clean(one.key)}  ", _replaces(one), style)
    lines += _kept(found, style)
    lines += hang("  away  ", _gap(found), style)
    for note in found.notes:
        lines += hang("  note  ", clean(note), style)
    return sendable("\n".join([*lines, "", plan_text(found.plan, style, (name,))]), style)


def take_over_document(
    found: TakeOver, *, away: float | None = None, saved: str | None = None
) -> dict[str, Any]:
    """The document for scripts.

    Args:
        found: what would be done, or was.
        away: seconds without production; None: not done.
        saved: the folder of the dumps; None: not done.
    """
    return {
        "environment": found.environment,
        "project": found.project,
        "services": {
            one.key: {"original": one.original or None, "differs": list(one.differs)}
            for one in found.services
        },
        "volumes": list(found.volumes),
        "folders": list(found.folders),
        "databases": [one.key for one in found.databases],
        "stops_at_most": found.stopping,
        "away_at_most": found.at_most,
        "away": away,
        "saved": saved,
        "notes": list(found.notes),
        **plan_document(found.plan),
    }


def _replaces(one: Successor) -> str:
    if not one.original:
        return "is new"
    differs = f": {', '.join(map(clean, one.differs))}" if one.differs else ""
    return f"in place of the container {clean(one.original)}{differs}"


def _kept(found: TakeOver, style: Style) -> Iterator[str]:
    for title, names in (("volumes kept", found.volumes), ("folders kept", found.folders)):
        if names:
            yield from hang(f"  {title}  ", ", ".join(map(clean, names)), style)
    if found.databases:
        names = tuple(one.key for one in found.databases)
        yield from hang("  dumped first  ", ", ".join(map(clean, names)), style)


def _gap(found: TakeOver) -> str:
    services = [one for one in found.services if one.original]
    return (
        f"all {len(services)} services: the originals have {found.stopping:.0f} s to stop, the "
        f"new ones at most {found.starting:.0f} s until they are well; if one is not in its time, "
        "the originals serve again"
    )
