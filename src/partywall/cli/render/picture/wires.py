"""How boxes are joined: lines along the channels between rows and the gaps between columns.

Every source has one line that branches. It leaves at the bottom, runs in the channel below, and
enters each target from above: straight where the column is free, else through a gap.
"""

from __future__ import annotations

import msgspec

from partywall.cli.render.picture.floor import Cell, Floor
from partywall.model.world import Key

ENTRY = -1
"""The row of a source that stands above the room."""


class Branch(msgspec.Struct, kw_only=True):
    """The part of a line that ends at one target, or leaves the room when `cell` is None."""

    key: Key
    cell: Cell | None
    by_lane: bool = False
    port: float = 0.0
    """Where it enters its target, or crosses the room's lower edge."""


class Line(msgspec.Struct, kw_only=True):
    """Everything that one source is joined to."""

    source: Key
    row: int
    column: int
    branches: list[Branch]
    gap: int | None = None
    """The gap that it runs down in: g lies left of column g, the last one right of all."""
    place: int = 0
    """Its place among the lines in that gap."""
    out: float = 0.0
    """Where it leaves its source."""
    lane: float = 0.0
    tracks: dict[int, int] = {}
    """Channel → its place among the lines there; none where it runs straight through."""


def lines(floor: Floor, links: list[tuple[Key, Key]], entries: dict[Key, int]) -> list[Line]:
    """A line per source; `entries` are sources above the room, each with the column it is near."""
    found: dict[Key, Line] = {}
    for source, target in links:
        if source not in floor.where and source not in entries:
            continue
        row, column = floor.where.get(source, (ENTRY, entries.get(source, 0)))
        line = found.setdefault(
            source, Line(source=source, row=row, column=column, branches=[], tracks={})
        )
        line.branches.append(_branch(floor, line, target))
    _share_gaps(list(found.values()), len(floor.widths))
    return list(found.values())


def _branch(floor: Floor, line: Line, target: Key) -> Branch:
    cell = floor.where.get(target)
    if cell is None:
        by_lane = not floor.free(line.column, line.row + 1, len(floor.heights) - 1)
    else:
        below = line.row + 1
        by_lane = cell[0] < below or not floor.free(cell[1], below, cell[0] - 1)
    return Branch(key=target, cell=cell, by_lane=by_lane)


def _share_gaps(found: list[Line], across: int) -> None:
    """Each line that needs a gap gets one beside its source, on the side where it goes."""
    taken: dict[int, int] = {}
    for line in found:
        led = [branch for branch in line.branches if branch.by_lane]
        if not led:
            continue
        columns = [across / 2 if b.cell is None else b.cell[1] for b in led]
        middle = sum(columns) / len(columns)
        right = middle > line.column or (middle == line.column and line.column >= across / 2)
        line.gap = line.column + (1 if right else 0)
        line.place = taken.get(line.gap, 0)
        taken[line.gap] = line.place + 1
