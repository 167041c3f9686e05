"""Where the boxes of a room stand: rows by tier, columns that all rows keep to."""

from __future__ import annotations

import math

import msgspec

from partywall.cli.render.picture.lettering import text_width
from partywall.cli.render.picture.subject import Box, Room
from partywall.model.world import Key

NAME, SMALL = 14.0, 11.0
"""Font sizes of a box's first line and of its others."""
SIGN, MARK = 34.0, 18.0
"""Room for a box's sign, at its left, and for its mark, at its right."""
_EDGES = 14.0
_NARROWEST, _WIDEST = 118.0, 264.0
_LINE = 15.0
Cell = tuple[int, int]
"""Row and column, counted from 0."""


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """A grid of boxes with the sizes of its rows and columns."""

    cells: dict[Cell, Box]
    where: dict[Key, Cell]
    widths: tuple[float, ...]
    heights: tuple[float, ...]

    def free(self, column: int, first: int, last: int) -> bool:
        """Whether nothing stands in a column from one row to another, both included."""
        return all((row, column) not in self.cells for row in range(first, last + 1))


def floor(room: Room, most: int) -> Floor:
    """The grid of a room with at most `most` columns."""
    rows = [row for tier in room.tiers for row in _broken(tier, most)]
    across = max([len(row) for row in rows] + [min(len(room.addresses), most), 1])
    cells = _centred(rows, across)
    doors = _above(room, {box.key: cell for cell, box in cells.items()}, across)
    shift = max((row for row, _ in doors), default=-1) + 1
    cells = {**doors, **{(row + shift, column): box for (row, column), box in cells.items()}}
    return Floor(
        cells=cells,
        where={box.key: cell for cell, box in cells.items()},
        widths=tuple(_width(cells, column) for column in range(across)),
        heights=tuple(_height(cells, row) for row in range(shift + len(rows))),
    )


def _broken(tier: tuple[Box, ...], most: int) -> list[tuple[Box, ...]]:
    """A tier in rows of nearly equal length."""
    rows = -(-len(tier) // most)
    length = -(-len(tier) // rows)
    return [tier[at : at + length] for at in range(0, len(tier), length)]


def _centred(rows: list[tuple[Box, ...]], across: int) -> dict[Cell, Box]:
    return {
        (at, (across - len(row)) // 2 + column): box
        for at, row in enumerate(rows)
        for column, box in enumerate(row)
    }


def _above(room: Room, standing: dict[Key, Cell], across: int) -> dict[Cell, Box]:
    """The addresses in rows of their own, each as near above its instance as there is room."""
    targets = dict(room.links)
    cells: dict[Cell, Box] = {}
    for number, box in enumerate(room.addresses):
        row = number // across
        wished = standing.get(targets.get(box.key, ""), (0, number % across))[1]
        free = (column for column in range(across) if (row, column) not in cells)
        cells[row, min(free, key=lambda column: abs(column - wished))] = box
    return cells


def _width(cells: dict[Cell, Box], column: int) -> float:
    wishes = [_wish(box) for (_, at), box in cells.items() if at == column]
    return float(math.ceil(min(max([*wishes, _NARROWEST]), _WIDEST)))


def _wish(box: Box) -> float:
    sizes = [(NAME, True)] + [(SMALL, False)] * (len(box.lines) - 1)
    widest = max(
        text_width(line, size, bold=bold)
        for line, (size, bold) in zip(box.lines, sizes, strict=True)
    )
    beside = 0 if box.kind == "address" else SIGN
    return widest + 2 * _EDGES + beside + (2 * MARK if box.mark else 0)


def _height(cells: dict[Cell, Box], row: int) -> float:
    lines = max((len(box.lines) for (at, _), box in cells.items() if at == row), default=1)
    return lines * _LINE + 18.0
