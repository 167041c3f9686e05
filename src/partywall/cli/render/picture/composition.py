"""The whole sheet: edge above, rooms side by side with walls between, what is shared below."""

from __future__ import annotations

import math

import msgspec

from partywall.cli.render.picture.floor import Floor, floor
from partywall.cli.render.picture.lettering import text_width
from partywall.cli.render.picture.room_plan import Frame, Point, RoomPlan, Wire, across, measured
from partywall.cli.render.picture.subject import Box, Room, Subject
from partywall.cli.render.picture.wires import lines
from partywall.model.world import Key

MARGIN = 32.0
HEAD = 56.0
"""Height of the sheet's own title."""
TITLE, BADGE = 17.0, 10.0
"""Font sizes of a room's name and of its badge."""
INSET = 18.0
"""From a room's corner to its name."""
WALL = 18.0
_BETWEEN = 64.0
_EDGE, _VISITORS, _DROP = 56.0, 30.0, 30.0
_HEADER, _FOOTER = 52.0, 34.0
_NARROWEST = 280.0
"""What the edge's own words need, where only one small room stands."""
_FEW, _MANY = 4, 3
"""Columns of a room, where one or two rooms stand and where more do."""


class PlacedRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room on the sheet; its boxes and wires in the sheet's own coordinates."""

    room: Room
    frame: Frame
    boxes: tuple[tuple[Box, Frame], ...]
    wires: tuple[Wire, ...]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything with its place."""

    subject: Subject
    width: float
    height: float
    rooms: tuple[PlacedRoom, ...]
    walls: tuple[Frame, ...]
    shared: PlacedRoom | None = None
    visitors: Frame | None = None
    edge: Frame | None = None


class _Measured(msgspec.Struct, frozen=True):
    room: Room
    plan: RoomPlan
    width: float


def sheet(subject: Subject) -> Sheet:
    """The sheet on which everything fits."""
    top = MARGIN + HEAD + (_VISITORS + _DROP + _EDGE + _DROP if subject.edge else 0)
    most = _FEW if len(subject.rooms) <= 2 else _MANY
    common = {box.key for tier in subject.shared.tiers for box in tier} if subject.shared else set()
    found = [_measure(room, subject.edge, most, common) for room in subject.rooms]
    rooms = _side_by_side(found, top)
    right = max(
        [MARGIN + _head_width(subject)] + [placed.frame.x + placed.frame.width for placed in rooms]
    )
    bottom = max([placed.frame.bottom for placed in rooms], default=top)
    shared = _shared(subject.shared, rooms, right, bottom) if subject.shared else None
    if shared is not None:
        right, bottom = max(right, shared.frame.x + shared.frame.width), shared.frame.bottom
    edge = Frame(MARGIN, top - _DROP - _EDGE, right - MARGIN, _EDGE) if subject.edge else None
    return Sheet(
        subject=subject,
        width=right + MARGIN,
        height=bottom + MARGIN,
        rooms=rooms,
        walls=_walls(rooms),
        shared=shared,
        visitors=edge and Frame(edge.middle - 55, edge.y - _DROP - _VISITORS, 110, _VISITORS),
        edge=edge,
    )


def title_width(room: Room) -> float:
    """How much a room's name and its badge take, from the room's left side."""
    badge = text_width("PRODUCTION", BADGE, bold=True) + 26 if room.production else 0
    name = text_width(room.name, TITLE, bold=True)
    return float(math.ceil(INSET + max(name + badge, text_width(room.notes, 11.0))))


def _head_width(subject: Subject) -> float:
    title = text_width(subject.project, 20.0, bold=True) + (300 if subject.planned else 40)
    return float(math.ceil(max(title, _NARROWEST)))


def _measure(room: Room, edge: Box | None, most: int, common: set[Key]) -> _Measured:
    grid = floor(room, most)
    links = _drawable(room, grid, common)
    entries: dict[Key, int] = {}
    if edge is not None and room.addresses:
        links = [(edge.key, box.key) for box in room.addresses] + links
        entries[edge.key] = len(grid.widths) // 2
    found = lines(grid, links, entries)
    _, inside = across(grid, found)
    width = max(inside, title_width(room) + 60)
    spare = (width - inside) / 2
    trunk = max(width / 2, title_width(room) + 24) - spare
    starts: dict[Key, Point] = dict.fromkeys(entries, (trunk, -_DROP))
    plan = measured(grid, found, starts, _HEADER)
    return _Measured(room, _moved(plan, spare), width)


def _drawable(room: Room, grid: Floor, common: set[Key]) -> list[tuple[Key, Key]]:
    return [link for link in room.links if link[1] in grid.where or link[1] in common]


def _moved(plan: RoomPlan, right: float, down: float = 0.0) -> RoomPlan:
    return RoomPlan(
        width=plan.width,
        height=plan.height,
        boxes=tuple((box, frame.moved(right, down)) for box, frame in plan.boxes),
        wires=tuple(
            msgspec.structs.replace(
                wire, points=tuple((x + right, y + down) for x, y in wire.points)
            )
            for wire in plan.wires
        ),
    )


def _side_by_side(found: list[_Measured], top: float) -> tuple[PlacedRoom, ...]:
    height = max((one.plan.height for one in found), default=0.0)
    x, placed = MARGIN, []
    for one in found:
        plan = _moved(one.plan, x, top)
        frame = Frame(x, top, one.width, height)
        placed.append(PlacedRoom(room=one.room, frame=frame, boxes=plan.boxes, wires=plan.wires))
        x += one.width + _BETWEEN
    return tuple(placed)


def _walls(rooms: tuple[PlacedRoom, ...]) -> tuple[Frame, ...]:
    return tuple(
        Frame(
            placed.frame.x - (_BETWEEN + WALL) / 2,
            placed.frame.y - 10,
            WALL,
            placed.frame.height + 20,
        )
        for placed in rooms[1:]
    )


def _shared(room: Room, rooms: tuple[PlacedRoom, ...], right: float, bottom: float) -> PlacedRoom:
    """What all share, as one long room below; the lines that leave the others enter it."""
    top, wide = bottom + _DROP, right - MARGIN
    leaving = [wire for placed in rooms for wire in placed.wires if wire.leaves]
    grid = floor(room, max(1, int(wide // 240)))
    links = [(wire.source, wire.target) for wire in leaving] + list(room.links)
    ends = {wire.source: wire.points[-1] for wire in leaving}
    found = lines(grid, _drawable_here(links, grid), dict.fromkeys(ends, len(grid.widths) // 2))
    _, inside = across(grid, found)
    width = max(wide, inside, _foot_width(room))
    left = MARGIN + (width - inside) / 2
    starts = {key: (x - left, y - top) for key, (x, y) in ends.items()}
    plan = _moved(measured(grid, found, starts, 0.0), left, top)
    frame = Frame(MARGIN, top, width, plan.height + _FOOTER)
    return PlacedRoom(room=room, frame=frame, boxes=plan.boxes, wires=plan.wires)


def _foot_width(room: Room) -> float:
    """Name and notes side by side, as they stand below what is shared."""
    words = text_width(room.name, TITLE, bold=True) + text_width(room.notes, 11.0)
    return float(math.ceil(2 * INSET + 10 + words))


def _drawable_here(links: list[tuple[Key, Key]], grid: Floor) -> list[tuple[Key, Key]]:
    return [link for link in links if link[1] in grid.where]
