"""The measured plan of one room: rectangles for its boxes and points for its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from partywall.cli.render.picture.floor import Cell, Floor
from partywall.cli.render.picture.subject import Box
from partywall.cli.render.picture.wires import ENTRY, Branch, Line
from partywall.model.world import Key

_GAP, _MARGIN, _LANE = 26.0, 22.0, 9.0
_CHANNEL, _TRACK = 30.0, 8.0
_ARROW = 16.0
"""Below the last track of a channel, so that every arrow has a straight end."""
_ASIDE = 9.0
Point = tuple[float, float]
Comer = tuple[float, Line, Branch]
"""Where a line comes from, the line, and its branch that enters."""


class Frame(msgspec.Struct, frozen=True):
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    def moved(self, right: float, down: float) -> Frame:
        """The same rectangle elsewhere."""
        return Frame(self.x + right, self.y + down, self.width, self.height)


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """One drawn line: from a source to a target, or to the room's lower edge."""

    source: Key
    target: Key
    points: tuple[Point, ...]
    leaves: bool = False


class RoomPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A room's inside, measured from its own upper left corner."""

    width: float
    height: float
    boxes: tuple[tuple[Box, Frame], ...]
    wires: tuple[Wire, ...]


def across(floor: Floor, found: Iterable[Line]) -> tuple[list[Frame], float]:
    """Every column as a frame without height, and the whole width; sets the lines' lanes."""
    found = list(found)
    lanes = [sum(line.gap == gap for line in found) for gap in range(len(floor.widths) + 1)]
    gaps = [
        max(_MARGIN if gap in {0, len(floor.widths)} else _GAP, lanes[gap] * _LANE + 16.0)
        for gap in range(len(lanes))
    ]
    x, columns = 0.0, []
    for gap, wide in enumerate(gaps):
        for line in found:
            if line.gap == gap:
                line.lane = x + wide / 2 + (line.place - (lanes[gap] - 1) / 2) * _LANE
        x += wide
        if gap < len(floor.widths):
            columns.append(Frame(x, 0, floor.widths[gap], 0))
            x += floor.widths[gap]
    return columns, x


def measured(
    floor: Floor, found: list[Line], entries: Mapping[Key, Point], header: float
) -> RoomPlan:
    """The plan of a room whose first channel begins `header` below its upper edge.

    `entries` says where lines from above begin.
    """
    columns, width = across(floor, found)
    for line in found:
        line.out = entries[line.source][0] if line.row == ENTRY else columns[line.column].middle
    _set_ports(found, columns)
    channels = [_set_tracks(found, channel) for channel in range(len(floor.heights) + 1)]
    tops, frames = _down(floor, columns, channels, header)
    height = tops[-1] + channels[-1] * _TRACK + (_ARROW if channels[-1] else 20.0)
    wires = tuple(
        _wire(line, branch, frames, tops, entries, height)
        for line in found
        for branch in line.branches
    )
    boxes = tuple((box, frames[cell]) for cell, box in floor.cells.items())
    return RoomPlan(width=width, height=height, boxes=boxes, wires=wires)


def _set_ports(found: list[Line], columns: list[Frame]) -> None:
    """Lines enter a box side by side, in the order in which they come."""
    coming: dict[Cell, list[Comer]] = {}
    for line in found:
        for branch in line.branches:
            start = line.lane if branch.by_lane else line.out
            if branch.cell is None:
                branch.port = start
            else:
                coming.setdefault(branch.cell, []).append((start, line, branch))
    for cell, comers in coming.items():
        comers.sort(key=lambda comer: (comer[0], comer[1].source))
        _enter(columns[cell[1]], comers)


def _enter(frame: Frame, comers: list[Comer]) -> None:
    """One that comes straight from above keeps the middle, the others stay on their sides of it.

    Without such a one they stand evenly, beside the middle: a line leaves the box above there.
    """
    straight = next((comer for comer in comers if _is_straight(frame, comer)), None)
    if straight is not None:
        straight[2].port = frame.middle
        half = frame.width / 2
        _spread([c for c in comers if c[0] < frame.middle], frame.x, half)
        _spread(
            [c for c in comers if c[0] >= frame.middle and c is not straight], frame.middle, half
        )
    elif len(comers) == 1 and _can_fall(frame, comers[0]):
        comers[0][2].port = comers[0][0]
    else:
        _spread(comers, frame.x, frame.width)
        for start, _, branch in comers:
            if abs(branch.port - frame.middle) < _ASIDE / 2:
                branch.port += _ASIDE if start > frame.middle else -_ASIDE


def _spread(comers: list[Comer], left: float, width: float) -> None:
    for place, (_, _, branch) in enumerate(comers, 1):
        branch.port = left + width * place / (len(comers) + 1)


def _is_straight(frame: Frame, comer: Comer) -> bool:
    return not comer[2].by_lane and comer[0] == frame.middle


def _can_fall(frame: Frame, comer: Comer) -> bool:
    """Whether it stands above the box, away from the box's round corners."""
    inside = frame.x + 2 * _ASIDE < comer[0] < frame.x + frame.width - 2 * _ASIDE
    return inside and not comer[2].by_lane


def _touched(line: Line, channel: int) -> list[float]:
    """Where a line comes into a channel and goes out of it."""
    spots = []
    if channel == line.row + 1:
        spots.append(line.out)
        spots += [line.lane if branch.by_lane else branch.port for branch in line.branches]
    led = [b for b in line.branches if b.by_lane and b.cell is not None and b.cell[0] == channel]
    if led:
        spots += [line.lane, *(branch.port for branch in led)]
    return spots


def _set_tracks(found: list[Line], channel: int) -> int:
    """Lines that would lie on each other get tracks of their own; returns how many there are."""
    ends: list[float] = []
    spans = [(min(spots), max(spots), line) for line in found if (spots := _touched(line, channel))]
    for left, right, line in sorted(spans, key=lambda span: (span[0], span[2].source)):
        if left == right:
            continue
        track = next((at for at, end in enumerate(ends) if end + 10.0 < left), len(ends))
        ends[track : track + 1] = [right]
        line.tracks[channel] = track
    return len(ends)


def _down(
    floor: Floor, columns: list[Frame], channels: list[int], header: float
) -> tuple[list[float], dict[Cell, Frame]]:
    """Where each channel begins, and every box's frame."""
    y, tops, frames = header, [], {}
    for row, height in enumerate(floor.heights):
        tops.append(y)
        y += max(_CHANNEL, channels[row] * _TRACK + _ARROW + 8.0)
        for at, column in enumerate(columns):
            if (row, at) in floor.cells:
                frames[row, at] = Frame(column.x, y, column.width, height)
        y += height
    return [*tops, y], frames


def _wire(
    line: Line,
    branch: Branch,
    frames: Mapping[Cell, Frame],
    tops: list[float],
    entries: Mapping[Key, Point],
    height: float,
) -> Wire:
    def level(channel: int) -> float:
        return tops[channel] + 10.0 + line.tracks.get(channel, 0) * _TRACK

    below = line.row + 1
    start = entries[line.source] if line.row == ENTRY else None
    points = [start or (line.out, frames[line.row, line.column].bottom)]
    if branch.by_lane:
        points += [(line.out, level(below)), (line.lane, level(below))]
        if branch.cell is not None:
            points += [(line.lane, level(branch.cell[0])), (branch.port, level(branch.cell[0]))]
    elif below in line.tracks and branch.port != line.out:
        points += [(line.out, level(below)), (branch.port, level(below))]
    points.append((branch.port, height if branch.cell is None else frames[branch.cell].y))
    return Wire(
        source=line.source, target=branch.key, points=tuple(points), leaves=branch.cell is None
    )
