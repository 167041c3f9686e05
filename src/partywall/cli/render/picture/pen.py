"""Elements of a drawing as XML text, with everything escaped."""

from __future__ import annotations

import html
import itertools
import math
import re
from collections.abc import Sequence

from partywall.cli.render.picture.room_plan import Frame, Point

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEND = 7.0
_TIP = 7.0


def escaped(text: str) -> str:
    """A text as it may stand in XML, in an attribute too."""
    return html.escape(_NOT_XML.sub("", text), quote=True)


def number(value: float) -> str:
    """A length with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def rectangle(frame: Frame, kind: str, round_by: float = 0.0, hint: str = "") -> str:
    """A rectangle; `hint` is what a pointer over it is told."""
    inside = f"<title>{escaped(hint)}</title>" if hint else ""
    return (
        f'<rect class="{kind}" x="{number(frame.x)}" y="{number(frame.y)}" '
        f'width="{number(frame.width)}" height="{number(frame.height)}" '
        f'rx="{number(round_by)}">{inside}</rect>'
    )


def wall(frame: Frame, pattern: str, hint: str) -> str:
    """A wall filled with a pattern that begins at its own corner."""
    where = f"translate({number(frame.x)} {number(frame.y)})"
    return (
        f'<rect class="wall" transform="{where}" width="{number(frame.width)}" '
        f'height="{number(frame.height)}" rx="2" fill="url(#{pattern})">'
        f"<title>{escaped(hint)}</title></rect>"
    )


def lettering(text: str, x: float, y: float, kind: str) -> str:
    """A line of text; `y` is the line it stands on."""
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}">{escaped(text)}</text>'


def sign(path: str, x: float, y: float, kind: str) -> str:
    """A sign with its upper left corner here."""
    where = f"translate({number(x)} {number(y)})"
    return f'<path class="sign {kind}" transform="{where}" d="{path}"/>'


def wire(points: Sequence[Point], kind: str, *, tip: bool) -> str:
    """A line with round bends, and an arrow's tip where it comes down on its target."""
    corners = _corners(points)
    x, y = corners[-1]
    if tip:
        corners[-1] = (x, y - _TIP + 1)
    parts = [f"M{_at(corners[0])}"]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        bend = min(_BEND, math.dist(before, here) / 2, math.dist(here, after) / 2)
        parts.append(f"L{_at(_towards(here, before, bend))}Q{_at(here)} ")
        parts.append(_at(_towards(here, after, bend)))
    parts.append(f"L{_at(corners[-1])}")
    line = f'<path class="wire {kind}" d="{"".join(parts)}"/>'
    if not tip:
        return line
    left, right = _at((x - 4, y - _TIP)), _at((x + 4, y - _TIP))
    return f'{line}<path class="tip {kind}" d="M{left}L{right}L{_at((x, y))}Z"/>'


def _corners(points: Sequence[Point]) -> list[Point]:
    """The points at which the direction changes, with both ends."""
    kept = [point for point, _ in itertools.groupby(points)]
    if len(kept) < 2:
        return [*kept, *kept]
    inner = [
        here
        for before, here, after in zip(kept, kept[1:], kept[2:], strict=False)
        if not (before[0] == here[0] == after[0] or before[1] == here[1] == after[1])
    ]
    return [kept[0], *inner, kept[-1]]


def _towards(start: Point, end: Point, distance: float) -> Point:
    whole = math.dist(start, end) or 1.0
    part = distance / whole
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"
