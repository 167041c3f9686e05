"""What is drawn of a world: rooms with their boxes, and who calls whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from partywall.axes.site import EDGE
from partywall.cli.render.columns import clean
from partywall.model.app import Role
from partywall.model.plan import Action, Plan
from partywall.model.world import (
    SHARED,
    AnyThing,
    Checkout,
    Database,
    FileSpace,
    Instance,
    Job,
    Key,
    KeySpace,
    Limit,
    Route,
    TopicSpace,
    Volume,
    World,
    environment_of,
    name_of,
)
from partywall.planning.scope import COMMON
from partywall.planning.uses import is_edge

_TIERS = (
    (Role.EDGE, Role.WEB),
    (Role.APP, Role.WORKER, Role.JOB),
    (Role.DATABASE, Role.CACHE, Role.BROKER, Role.FILES, Role.FLAGS),
)
_MARKS = {Action.CREATE: "create", Action.REMOVE: "remove"}
_WORDS = {
    Role.WEB: "pages",
    Role.APP: "application",
    Role.WORKER: "background work",
    Role.JOB: "runs once",
    Role.DATABASE: "database",
    Role.CACHE: "keys in memory",
    Role.BROKER: "messages",
    Role.FILES: "files",
    Role.FLAGS: "which features are on",
    Role.EDGE: "answers for every environment",
}
Space = Database | KeySpace | TopicSpace | FileSpace
_SPACES: dict[type[AnyThing], Role] = {
    Database: Role.DATABASE,
    KeySpace: Role.CACHE,
    TopicSpace: Role.BROKER,
    FileSpace: Role.FILES,
}


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as a box: its kind chooses its sign and colour, `mark` what a plan does to it."""

    key: Key
    kind: str
    lines: tuple[str, ...]
    hint: str
    mark: str = ""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """One environment, or what all of them share."""

    name: str
    notes: str = ""
    production: bool = False
    addresses: tuple[Box, ...] = ()
    tiers: tuple[tuple[Box, ...], ...] = ()
    links: tuple[tuple[Key, Key], ...] = ()
    """Who calls whom, addresses included; a target may stand in the shared room."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The whole picture before it has any size."""

    project: str
    rooms: tuple[Room, ...]
    shared: Room | None = None
    edge: Box | None = None
    planned: bool = False


def subject(
    world: World, project: str, production: Collection[str], plan: Plan | None = None
) -> Subject:
    """What to draw: production's room first, then the others in the world's order."""
    things = _things(world, plan)
    marks = _marks(plan)
    edge = next((t for t in things if t.key == EDGE), None)
    names = list(dict.fromkeys(environment_of(thing.key) for thing in things))
    standing = [name for name in names if name not in COMMON]
    standing.sort(key=lambda name: name not in production)
    common = [t for t in things if environment_of(t.key) in COMMON and not is_edge(t)]
    return Subject(
        project=clean(project),
        rooms=tuple(_room(name, things, marks, name in production) for name in standing),
        shared=_common(common, marks),
        edge=None if edge is None else _box(edge, common, marks),
        planned=plan is not None,
    )


def _things(world: World, plan: Plan | None) -> list[AnyThing]:
    """Everything in the world, and what a plan takes out of it."""
    there = {thing.key: thing for thing in world.things()}
    for step in plan.steps if plan else ():
        entry = step.after or step.before
        if entry is not None:
            there.setdefault(step.key, entry.thing)
    return list(there.values())


def _marks(plan: Plan | None) -> dict[Key, str]:
    return {step.key: _MARKS.get(step.action, "change") for step in (plan.steps if plan else ())}


def _room(name: str, things: list[AnyThing], marks: dict[Key, str], production: bool) -> Room:
    own = [thing for thing in things if environment_of(thing.key) == name]
    boxes, doors = _boxes(own, marks), [thing for thing in own if isinstance(thing, Route)]
    return Room(
        name=clean(name),
        notes=_notes(own),
        production=production,
        addresses=tuple(_address(route, marks) for route in doors),
        tiers=_tiers(boxes),
        links=tuple(dict.fromkeys([*_doors(doors), *_calls(own)])),
    )


def _common(things: list[AnyThing], marks: dict[Key, str]) -> Room | None:
    boxes = _boxes(things, marks)
    notes = "used by every environment"
    tiers = _tiers(boxes)
    return (
        Room(name=SHARED, notes=notes, tiers=tiers, links=tuple(_calls(things))) if boxes else None
    )


def _boxes(things: list[AnyThing], marks: dict[Key, str]) -> dict[Role, list[Box]]:
    """A box for everything that runs, and for a part of something shared."""
    found: dict[Role, list[Box]] = {}
    for thing in things:
        role = _role(thing)
        if role is not None:
            found.setdefault(role, []).append(_box(thing, things, marks))
    return found


def _role(thing: AnyThing) -> Role | None:
    if isinstance(thing, Job):
        return Role.JOB
    if isinstance(thing, Instance):
        return thing.role
    if isinstance(thing, Volume) and thing.vault:
        return Role.FILES
    return _SPACES.get(type(thing)) if _is_part(thing) else None


def _is_part(thing: AnyThing) -> bool:
    """Whether it is a part of something that stands outside its environment."""
    return isinstance(thing, Space) and environment_of(_server(thing)) != environment_of(thing.key)


def _server(space: Space) -> Key:
    return space.volume if isinstance(space, FileSpace) else space.server


def _tiers(boxes: dict[Role, list[Box]]) -> tuple[tuple[Box, ...], ...]:
    tiers = (tuple(box for role in tier for box in boxes.get(role, ())) for tier in _TIERS)
    return tuple(tier for tier in tiers if tier)


def _box(thing: AnyThing, things: list[AnyThing], marks: dict[Key, str]) -> Box:
    role = _role(thing) or Role.FILES
    lines = [clean(name_of(thing.key)), _caption(thing, role, things)]
    kept = _keeps(thing, things)
    if kept:
        lines.append(f"keeps {kept}")
    hint = f"{clean(thing.key)}: {', '.join(lines[1:])}"
    mark = marks.get(thing.key, "")
    return Box(key=thing.key, kind=role.value, lines=tuple(lines), hint=hint, mark=mark)


def _caption(thing: AnyThing, role: Role, things: list[AnyThing]) -> str:
    if isinstance(thing, Job):
        return "runs on fresh data" if thing.once_per == "data" else _WORDS[role]
    if isinstance(thing, Space):
        return f"part of {clean(name_of(_server(thing)))}"
    names = [t.name for t in things if isinstance(t, Database) and t.server == thing.key]
    return clean(f"{_WORDS[role]} {', '.join(names)}".strip())


def _keeps(thing: AnyThing, things: list[AnyThing]) -> str:
    """The volumes that a server of data or files keeps; others only use them."""
    if not isinstance(thing, Instance) or thing.role not in _TIERS[-1]:
        return ""
    known = {other.key for other in things if isinstance(other, Volume)}
    kept = (name_of(mount.source) for mount in thing.mounts if mount.source in known)
    return clean(", ".join(dict.fromkeys(kept)))


def _address(route: Route, marks: dict[Key, str]) -> Box:
    port = f":{route.port}" if route.port else ""
    path = "" if route.path == "/" else route.path
    guards = ["password"] if route.auth else []
    guards += ["not indexed"] if not route.robots else []
    guards += ["some addresses only"] if route.allow else []
    guards = ["sleeps: answers 503"] if route.away else guards
    lines = (clean(f"{route.host}{port}{path}"), ", ".join(guards) or "open to all")
    hint = f"{lines[0]}: {lines[1]}"
    return Box(key=route.key, kind="address", lines=lines, hint=hint, mark=marks.get(route.key, ""))


def _notes(things: list[AnyThing]) -> str:
    notes = [f"branch {thing.branch}" for thing in things if isinstance(thing, Checkout)]
    for thing in things:
        if isinstance(thing, Limit):
            size = thing.memory_bytes / 2**30
            notes.append(f"at most {thing.cpus:g} cores, {size:.1f} GiB")
    return clean(", ".join(notes))


def _doors(routes: list[Route]) -> Iterable[tuple[Key, Key]]:
    return ((route.key, route.instance) for route in routes if not route.away)


def _calls(things: list[AnyThing]) -> Iterable[tuple[Key, Key]]:
    """Who calls whom: what an instance needs running, and the hosts that its settings name.

    What it may call but never names is left out, and so is waiting for a job: neither is traffic.
    """
    parts = {_server(t): t.key for t in things if isinstance(t, Space) and _is_part(t)}
    running = {thing.key for thing in things if isinstance(thing, Instance)}
    for thing in things:
        instance = thing.instance if isinstance(thing, Job) else thing
        if isinstance(instance, Instance):
            wanted = [need.key for need in instance.needs if need.key in running]
            for key in dict.fromkeys([*wanted, *_named(instance)]):
                if key != thing.key:
                    yield thing.key, parts.get(key, key)
        elif isinstance(instance, Space) and _is_part(instance):
            yield instance.key, _server(instance)


def _named(instance: Instance) -> Iterable[Key]:
    said = " ".join([*instance.environment.values(), *(instance.run or instance.command or ())])
    return (key for host, key in instance.hosts.items() if _is_called(host, said))


def _is_called(host: str, said: str) -> bool:
    """Whether it stands where an address stands: alone, after `@` or `//`, or before a port."""
    name = re.escape(host)
    return re.search(rf"(?:^|\s|@|//|,){name}(?::\d|/|\s|,|$)", said) is not None
