"""The topology as a standalone SVG, the way one would draw it on a whiteboard."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from partywall.cli.render.columns import count
from partywall.cli.render.picture import pen
from partywall.cli.render.picture.composition import (
    BADGE,
    INSET,
    MARGIN,
    TITLE,
    PlacedRoom,
    Sheet,
    sheet,
)
from partywall.cli.render.picture.floor import MARK, NAME, SIGN, SMALL
from partywall.cli.render.picture.ink import WIRES, style_sheet
from partywall.cli.render.picture.lettering import shorten, text_width
from partywall.cli.render.picture.room_plan import Frame
from partywall.cli.render.picture.signs import SIGNS
from partywall.cli.render.picture.subject import Box, Room, Subject, subject
from partywall.model.plan import Plan
from partywall.model.world import World, name_of

_BADGES = {"create": "+", "change": "~", "remove": "\u2212"}
_BRICK = (
    '<pattern id="{}" width="18" height="16" patternUnits="userSpaceOnUse">'
    '<rect class="brick" width="18" height="16"/>'
    '<path class="mortar" d="M0 0H18M0 8H18M4.5 0V8M13.5 8V16"/></pattern>'
)


def draw(
    world: World,
    project: str,
    production: Collection[str] = ("prod",),
    plan: Plan | None = None,
) -> str:
    """The picture of a world.

    `production` names the environments marked so. With a `plan`, what it creates, changes and
    removes is marked; things that it removes are drawn too.
    """
    placed = sheet(subject(world, project, production, plan))
    style = f"<style>{style_sheet()}</style>"
    return "\n".join([*_opening(placed), style, *_content(placed), "</svg>", ""])


def drawn(what: Subject, name: str) -> str:
    """The picture as an element of a page that has its rules already (`ink.style_sheet`).

    Args:
        what: what is drawn.
        name: a name for it, the only one of its kind on that page.
    """
    placed = sheet(what)
    return "\n".join([*_opening(placed, f"{name}-"), *_content(placed, f"{name}-"), "</svg>"])


def _opening(placed: Sheet, own: str = "") -> Iterable[str]:
    """With `own` before its ids, and as an element of a page."""
    width, height = pen.number(placed.width), pen.number(placed.height)
    kind = 'class="topology"' if own else 'xmlns="http://www.w3.org/2000/svg"'
    yield (
        f'<svg {kind} width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="{own}title {own}description">'
    )
    yield f'<title id="{own}title">{pen.escaped(_title(placed))}</title>'
    yield f'<desc id="{own}description">{pen.escaped(_description(placed))}</desc>'


def _title(placed: Sheet) -> str:
    names = [room.name for room in placed.subject.rooms]
    return f"{placed.subject.project}: {', '.join(names) or 'no environments'}"


def _description(placed: Sheet) -> str:
    sentences = [_sentence(room) for room in placed.subject.rooms]
    if placed.subject.shared:
        sentences.append(_sentence(placed.subject.shared))
    return " ".join(sentences)


def _sentence(room: Room) -> str:
    boxes = [box for tier in room.tiers for box in tier]
    parts = [f"{box.lines[0]} ({box.kind})" for box in boxes]
    marked = " (production)" if room.production else ""
    doors = ", ".join(box.lines[0] for box in room.addresses)
    answers = f", answering at {doors}" if doors else ""
    size = count(len(boxes), "box", "boxes")
    return f"{room.name}{marked}{answers}, has {size}: {', '.join(parts)}."


def _content(placed: Sheet, own: str = "") -> Iterable[str]:
    """Rooms first, lines over them, boxes on top, so that no line hides a word."""
    yield f"<defs>{_BRICK.format(f'{own}brick')}</defs>"
    yield pen.rectangle(Frame(0, 0, placed.width, placed.height), "paper", 14)
    floors = [*placed.rooms, *([placed.shared] if placed.shared else [])]
    yield from _head(placed)
    for one in floors:
        yield _ground(one, shared=one is placed.shared)
    for wall in placed.walls:
        yield pen.wall(wall, f"{own}brick", "the party wall")
    for one in floors:
        yield from _wires(one, placed)
    for one in floors:
        yield from _labels(one, below=one is placed.shared)
        for box, frame in one.boxes:
            yield from _box(box, frame)
    yield from _edge(placed)


def _head(placed: Sheet) -> Iterable[str]:
    yield pen.lettering(placed.subject.project, MARGIN, MARGIN + 20, "head")
    if not placed.subject.planned:
        return
    x = placed.width - MARGIN
    for mark in reversed(_BADGES):
        x -= text_width(mark, 12.0)
        yield pen.lettering(mark, x, MARGIN + 18, "soft")
        x -= 14
        yield from _badge(mark, x, MARGIN + 14)
        x -= 26


def _ground(one: PlacedRoom, *, shared: bool) -> str:
    kind = " production" if one.room.production else " shared" if shared else ""
    return pen.rectangle(one.frame, f"room{kind}", 12)


def _labels(one: PlacedRoom, *, below: bool) -> Iterable[str]:
    room, frame = one.room, one.frame
    x, y = frame.x + INSET, frame.bottom - 14 if below else frame.y + 27
    yield pen.lettering(room.name, x, y, "title red" if room.production else "title")
    end = x + text_width(room.name, TITLE, bold=True) + 10
    if room.production:
        wide = text_width("PRODUCTION", BADGE, bold=True) + 14
        yield pen.rectangle(Frame(end, y - 13, wide, 17), "plate", 8.5)
        yield pen.lettering("PRODUCTION", end + wide / 2, y - 1, "badge mid")
    if room.notes:
        yield pen.lettering(room.notes, end if below else x, y if below else y + 17, "small")


def _wires(one: PlacedRoom, placed: Sheet) -> Iterable[str]:
    doors = {box.key for box in one.room.addresses}
    if placed.subject.edge is not None:
        doors.add(placed.subject.edge.key)
    callers = _callers(placed)
    for wire in one.wires:
        kind = "door" if wire.source in doors else f"w{callers[name_of(wire.source)] % WIRES}"
        yield pen.wire(wire.points, kind, tip=not wire.leaves)


def _callers(placed: Sheet) -> dict[str, int]:
    """A number for every caller's name, so that its lines look alike in all rooms."""
    links = [link for room in placed.subject.rooms for link in room.links]
    links += placed.subject.shared.links if placed.subject.shared else ()
    names = dict.fromkeys(name_of(source) for source, _ in links)
    return {name: number for number, name in enumerate(names)}


def _edge(placed: Sheet) -> Iterable[str]:
    edge, frame, visitors = placed.subject.edge, placed.edge, placed.visitors
    if edge is None or frame is None or visitors is None:
        return
    yield pen.wire([(visitors.middle, visitors.bottom), (frame.middle, frame.y)], "door", tip=True)
    yield pen.rectangle(visitors, "box address", visitors.height / 2, "everybody outside")
    yield pen.lettering("visitors", visitors.middle, visitors.y + 20, "name mid")
    yield pen.rectangle(frame, _kind(edge), 9, edge.hint)
    wide = SIGN + MARK + max(text_width(line, SMALL) for line in edge.lines)
    inner = Frame(frame.middle - wide / 2, frame.y, wide, frame.height)
    yield from _inside(edge, inner)


def _box(box: Box, frame: Frame) -> Iterable[str]:
    round_by = min(frame.height / 2, 18) if box.kind == "address" else 9
    yield pen.rectangle(frame, _kind(box), round_by, box.hint)
    yield from _inside(box, frame)


def _kind(box: Box) -> str:
    return f"box {box.kind}" + (f" marked {box.mark}" if box.mark else "")


def _inside(box: Box, frame: Frame) -> Iterable[str]:
    if box.kind != "address":
        yield pen.sign(SIGNS[box.kind], frame.x + 10, frame.y + frame.height / 2 - 10, box.kind)
    yield from _words(box, frame)
    if box.mark:
        yield from _badge(box.mark, frame.x + frame.width - 12, frame.y + 12)


def _words(box: Box, frame: Frame) -> Iterable[str]:
    """The lines of a box, in the middle of its height; an address is in the middle of both."""
    address = box.kind == "address"
    left = frame.middle if address else frame.x + SIGN + 4
    room = frame.width - 20 if address else frame.width - SIGN - 12
    room -= 0 if not box.mark else 2 * MARK if address else MARK
    top = frame.y + (frame.height - 15.0 * len(box.lines)) / 2 + 11.5
    for at, line in enumerate(box.lines):
        size, kind = (SMALL, "small") if at else (NAME, "name")
        text = shorten(line, room, size, bold=not at)
        yield pen.lettering(text, left, top + 15.0 * at, f"{kind} mid" if address else kind)


def _badge(mark: str, x: float, y: float) -> Iterable[str]:
    yield f'<circle class="dot {mark}" cx="{pen.number(x)}" cy="{pen.number(y)}" r="7.5"/>'
    yield pen.lettering(_BADGES[mark], x, y + 3.6, "badge on mid")
