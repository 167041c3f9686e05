"""What leaving would do, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from partywall.cli.render.columns import clean, hang, sendable
from partywall.cli.render.style import Style
from partywall.workflows.leave.found import Leaving
from partywall.workflows.leave.plainly import OVERRIDE, VARIABLES
from partywall.workflows.leave.run import KEPT


def leave_text(found: Leaving, style: Style) -> str:
    """What becomes of each part."""
    lines = [style.paint("Partywall leaves; data stay", "bold")]
    for head, text in _parts(found):
        lines += hang(f"  {clean(head)}  ", clean(text), style)
    return sendable("\n".join(lines), style)


def leave_document(found: Leaving, *, away: float | None = None) -> dict[str, Any]:
    """The document for scripts; `away` is the seconds without production, None: not done."""
    return {
        "production": found.production,
        "project": found.plain.project if found.plain else None,
        "command": found.command or None,
        "writes": [name for name, _ in _written(found)],
        "ends": list(found.ends),
        "volumes": list(found.volumes),
        "last": found.last,
        "away": away,
    }


def _parts(found: Leaving) -> Iterator[tuple[str, str]]:
    if found.plain is None:
        yield found.production, "is nothing of ours, and stays as it is"
    else:
        name = found.plain.project
        yield found.production, f"becomes the Compose project {name}, on the same data"
        yield "away", "from the stop of our containers until the new ones are well"
        yield "then", f"{found.command} …"
    for name in found.ends:
        yield name, "is stopped, and its containers and networks are removed"
    if found.volumes:
        names = ", ".join(found.volumes)
        yield "unused", f"these volumes stay: {names} (`docker volume rm` removes them)"
    yield from _written(found)
    if found.dumps:
        yield KEPT, "gets the dumps of the take-over"
    yield "edge", "goes" if found.last else "stays: other projects of this machine use it"


def _written(found: Leaving) -> Iterator[tuple[str, str]]:
    if found.override:
        yield OVERRIDE, "is written: what volumes are called that the Compose file calls otherwise"
    if found.variables:
        yield VARIABLES, f"is written: {', '.join(found.variables)}"
