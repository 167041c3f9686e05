"""The picture: well-formed, accessible, and nothing lies on anything else."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import msgspec
import pytest
from gallery_worlds import dual, edge, shared
from hypothesis import given, settings
from hypothesis import strategies as st

from partywall.cli.render.picture.composition import Sheet, sheet
from partywall.cli.render.picture.floor import NAME, SIGN, SMALL
from partywall.cli.render.picture.lettering import shorten, text_width
from partywall.cli.render.picture.room_plan import Frame
from partywall.cli.render.picture.subject import subject
from partywall.cli.render.svg import draw
from partywall.model.app import Role
from partywall.model.plan import Action, Plan, Step
from partywall.model.secret import SecretRef
from partywall.model.world import (
    AnyThing,
    Checkout,
    FileSpace,
    Instance,
    Limit,
    Need,
    Route,
    Volume,
    World,
)

SVG = "{http://www.w3.org/2000/svg}"


def picture(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def frames(svg: str, kind: str) -> list[Frame]:
    """The rectangles of one class, as they stand in the file."""
    return [
        Frame(*(float(rect.get(name, "0")) for name in ("x", "y", "width", "height")))
        for rect in picture(svg).iter(f"{SVG}rect")
        if kind in (rect.get("class") or "").split()
    ]


def overlap(one: Frame, other: Frame) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.bottom
        and other.y < one.bottom
    )


def inside(one: Frame, room: Frame) -> bool:
    return (
        room.x <= one.x
        and one.x + one.width <= room.x + room.width
        and room.y <= one.y
        and one.bottom <= room.bottom
    )


def assert_holds(svg: str) -> None:
    boxes, rooms, walls = frames(svg, "box"), frames(svg, "room"), frames(svg, "wall")
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    assert not [pair for pair in itertools.combinations(rooms, 2) if overlap(*pair)]
    paper = frames(svg, "paper")[0]
    assert all(inside(frame, paper) for frame in [*boxes, *rooms])
    assert all(any(inside(box, room) for room in rooms) or box.y < rooms[0].y for box in boxes)
    assert len(walls) == max(0, len([r for r in rooms if r.y == rooms[0].y]) - 1)
    assert_texts_fit(svg, [*boxes, *rooms])


def assert_texts_fit(svg: str, around: list[Frame]) -> None:
    """Every text ends before the right side of the smallest rectangle around its beginning."""
    sizes = {"name": (NAME, True), "small": (SMALL, False), "title": (17.0, True)}
    for text in picture(svg).iter(f"{SVG}text"):
        kinds = (text.get("class") or "").split()
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        found = [f for f in around if f.x <= x <= f.x + f.width and f.y <= y <= f.bottom]
        if kinds[0] not in sizes or not found:
            continue
        size, bold = sizes[kinds[0]]
        frame = min(found, key=lambda f: f.width * f.height)
        width = text_width(text.text or "", size, bold=bold)
        end = x + (width / 2 if "mid" in kinds else width)
        assert end <= frame.x + frame.width + 0.1, text.text


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/") | st.sampled_from("<&\"'>é日"),
    min_size=1,
    max_size=40,
)
RUNNING = [role for role in Role if role is not Role.JOB]


@st.composite
def worlds(draw_: st.DrawFn) -> World:
    """One to four environments of one to twelve services that call each other in any way."""
    things: list[AnyThing] = [edge()] if draw_(st.booleans()) else []
    common = draw_(st.lists(st.sampled_from(RUNNING[:-1]), max_size=3))
    things += [Instance(key=f"shared/s{n}", service=f"s{n}", role=r) for n, r in enumerate(common)]
    for environment in draw_(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        things += draw_(environments(environment, [thing.key for thing in things]))
    return World.of(things)


@st.composite
def environments(draw_: st.DrawFn, name: str, others: list[str]) -> list[AnyThing]:
    services = draw_(st.lists(NAMES, min_size=1, max_size=12, unique=True))
    keys = [f"{name}/{service}" for service in services]
    near = st.lists(st.sampled_from([*keys, *others, "gone/away"]), max_size=3)
    things: list[AnyThing] = []
    for key, service in zip(keys, services, strict=True):
        needs = tuple(Need(other) for other in draw_(near))
        hosts = {f"host{n}": other for n, other in enumerate(draw_(near))}
        things.append(
            Instance(
                key=key,
                service=service,
                role=draw_(st.sampled_from(RUNNING)),
                needs=needs,
                hosts=hosts,
                environment={host: f"http://{host}:80/{SecretRef('T', 1)}" for host in hosts},
            )
        )
    for number, key in enumerate(draw_(st.lists(st.sampled_from(keys), max_size=6))):
        host = draw_(NAMES)
        things.append(
            Route(key=f"{name}/route/r{number}", host=host, port=number, instance=key, target=80)
        )
    return things


@settings(max_examples=100, deadline=None)
@given(worlds(), NAMES, st.booleans())
def test_any_world_is_drawn_without_overlap(world, project, planned):
    steps = [
        Step(key=key, action=action, why="new", after=entry)
        for (key, entry), action in zip(world.entries.items(), itertools.cycle(Action))
    ]
    plan = Plan(scope=None, steps=tuple(steps)) if planned else None
    svg = draw(world, project, production=list(world.environments())[:1], plan=plan)
    assert_holds(svg)
    assert "__PW_SECRET" not in svg


def assert_lines_join_boxes(placed: Sheet) -> None:
    """Every line leaves a box's lower edge, and ends on a box's upper edge or on its room's."""
    for one in [*placed.rooms, *([placed.shared] if placed.shared else [])]:
        where = {box.key: frame for box, frame in one.boxes}
        for wire in one.wires:
            start, end = wire.points[0], wire.points[-1]
            if wire.source in where:
                source = where[wire.source]
                assert start == pytest.approx((source.middle, source.bottom))
            if not wire.leaves:
                target = where[wire.target]
                assert end[1] == pytest.approx(target.y)
                assert target.x <= end[0] <= target.x + target.width
            for (x, y), (across, down) in itertools.pairwise(wire.points):
                assert x == pytest.approx(across) or y == pytest.approx(down)
                assert not [f for f in where.values() if cuts(f, (x, y), (across, down))]


def cuts(frame: Frame, start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Whether a straight line goes through the inside of a box."""
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return (
        left < frame.x + frame.width - 1
        and right > frame.x + 1
        and top < frame.bottom - 1
        and bottom > frame.y + 1
    )


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_lines_join_boxes_and_go_through_none(world):
    assert_lines_join_boxes(sheet(subject(world, "club", ["prod"])))


def test_the_gallery_is_drawn_as_reviewed(golden):
    svg = draw(dual(limited=True), "Makapix Club")
    assert_holds(svg)
    golden("dual.svg", svg)


def test_what_is_shared_is_drawn_as_reviewed(golden):
    svg = draw(shared(), "club")
    assert_holds(svg)
    golden("shared.svg", svg)


def test_a_plan_is_marked_and_what_it_removes_is_drawn(golden):
    world = dual()
    entries = world.entries
    kept = World({key: entry for key, entry in entries.items() if key != "prod/worker"})
    steps = (
        Step(key="prod/worker", action=Action.REMOVE, why="", before=entries["prod/worker"]),
        Step(key="prod/web", action=Action.CHANGE, why="", after=entries["prod/web"]),
        *(
            Step(key=key, action=Action.CREATE, why="new", after=entry)
            for key, entry in entries.items()
            if key.startswith("dev/")
        ),
    )
    svg = draw(kept, "club", plan=Plan(scope=None, steps=steps))
    assert_holds(svg)
    assert len(frames(svg, "remove")) == 1
    assert len(frames(svg, "change")) == 1
    golden("planned.svg", svg)


def test_it_says_what_it_shows_to_those_who_cannot_see_it():
    root = picture(draw(dual(), 'the <club> & "co"'))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert title.text == 'the <club> & "co": prod, dev'
    assert description is not None
    assert "prod (production), answering at club.example" in (description.text or "")


def test_it_has_inks_for_light_and_for_dark():
    assert "@media (prefers-color-scheme:dark)" in draw(dual(), "club")


def test_an_empty_world_is_an_empty_sheet():
    assert "no environments" in draw(World(), "club")


def test_parts_limits_and_branches_are_named():
    mount_key = "shared/volume/vault"
    things = [
        Volume(key=mount_key, name="vault", vault=True),
        FileSpace(key="dev/filespace/vault", name="dev", volume=mount_key, folder="dev"),
        Limit(key="dev/limit/budget", cpus=0.8, memory_bytes=2**30, pids=10),
        Checkout(key="dev/checkout/code", folder="/x", branch="next"),
    ]
    svg = draw(World.of(things), "club")
    assert_holds(svg)
    assert "part of vault" in svg
    assert "shared/volume/vault: files" in svg
    assert "branch next, at most 0.8 cores, 1.0 GiB" in svg


def test_a_name_that_is_too_long_is_shortened_in_its_middle():
    long = "preview-of-a-very-long-branch-name.club.example"
    short = shorten(long, 120, NAME)
    assert short.startswith("prev")
    assert short.endswith("ample")
    assert text_width(short, NAME) <= 120
    assert shorten(long, 1, NAME) == "…"


def test_the_same_world_is_drawn_the_same():
    world = dual()
    again = msgspec.json.decode(msgspec.json.encode(world), type=World)
    assert draw(world, "club") == draw(again, "club")
    assert SIGN > 20
