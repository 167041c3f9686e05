"""Proves the wall: what the probes need, taken from what stands."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from partywall.axes.site import EDGE
from partywall.edge.settings import Tls
from partywall.interfaces import ATTACHED, RENDERED, Reach
from partywall.model.errors import PartywallError, Refused
from partywall.model.world import (
    AnyThing,
    BasicAuth,
    Entry,
    Instance,
    Job,
    Key,
    Limit,
    Route,
    Volume,
    World,
    environment_of,
)
from partywall.proof import probes
from partywall.proof.case import Premises
from partywall.proof.edge import Door
from partywall.proof.prove import Report
from partywall.proof.prove import prove as probe
from partywall.proof.scope import Scope
from partywall.workflows import commons, last_proof, requests, secret_files, variables
from partywall.workflows.project import Project


def prove(project: Project, names: Sequence[str] = ()) -> tuple[Report, list[str]]:
    """Try to cross every wall between all environments that stand, and compare with the last time.

    Args:
        project: the project.
        names: one environment, for its walls against every other; several, for those between them.

    Returns:
        The report, and what could not be compared or kept, in sentences.

    Raises:
        Refused: when none stands.
    """
    world = project.seen()
    standing = [name for name in project.settings.environments if _stands(world, name)]
    absent = [name for name in names if name not in standing]
    if absent or not standing:
        words = f"{absent[0]} does not stand" if absent else "no environment stands"
        raise Refused(f"{words}: there is nothing to prove", remedy="`partywall up` first")
    scope = Scope(
        standing=tuple(standing),
        named=frozenset(names),
        known=frozenset(project.settings.environments),
    )
    reach = project.engine.reach()
    given = premises(project, world, standing, reach)
    try:
        # What cannot be made ready each attempt that needs it says itself.
        with contextlib.suppress(PartywallError):
            own = [name for name in standing if name not in project.attachments]
            reach.prepare(own, given.agent)
        report = probe(given, probes.found(), standing, scope=scope)
    finally:
        reach.leave()
    return last_proof.compared(project, report, scope)


def premises(project: Project, world: World, standing: Sequence[str], reach: Reach) -> Premises:
    """What a proof of the environments that stand in a world works on."""
    wanted = _wanted(project, standing, world)
    return Premises(
        world=as_wanted(world, wanted),
        reach=reach,
        secrets=project.store,
        door=_door(project, world),
        edge=_looked(project),
        folders=_folders(project, world),
        secret_files=_secret_files(project, world, standing),
        production=project.settings.production.name,
        attached=frozenset(project.attachments),
        outward={name: requests.outward(project, name) for name in standing},
        limits=_limits((*_things(wanted), *project.unmade, *world.things()), standing),
    )


def as_wanted(world: World, wanted: Mapping[Key, Entry]) -> World:
    """What stands, with what the settings ask of it; pure.

    An address that lost its password asks for none any more: the stricter of both counts, so that
    it comes out as a hole and not as a wish. How a session is tried is no part of what runs.
    """
    return msgspec.structs.replace(
        world,
        entries={
            key: msgspec.structs.replace(entry, thing=_asked(entry.thing, wanted[key].thing))
            if key in wanted
            else entry
            for key, entry in world.entries.items()
        },
    )


def _asked(there: AnyThing, wanted: AnyThing) -> AnyThing:
    if isinstance(there, Route) and isinstance(wanted, Route):
        return msgspec.structs.replace(
            there, auth=there.auth or wanted.auth, robots=there.robots and wanted.robots
        )
    if isinstance(there, Instance) and isinstance(wanted, Instance):
        return msgspec.structs.replace(there, session=wanted.session)
    return there


def _limits(things: Iterable[AnyThing], names: Sequence[str]) -> dict[str, Limit]:
    """The budgets of these environments, the latter ones of these things before the former."""
    limits = [thing for thing in things if isinstance(thing, Limit)]
    found = {environment_of(one.key): one for one in limits}
    return {name: limit for name, limit in found.items() if name in names}


def _things(entries: Mapping[Key, Entry]) -> Iterable[AnyThing]:
    return (entry.thing for entry in entries.values())


def _wanted(project: Project, names: Sequence[str], world: World) -> dict[Key, Entry]:
    """What the settings ask of each environment; an app that cannot be read says nothing."""
    found: dict[Key, Entry] = {}
    with contextlib.suppress(PartywallError):
        project.apps(names)  # all at once is faster
    for name in names:
        try:
            found |= project.desired([name]).entries
        except PartywallError:
            found |= _addresses(project, name, world).entries
    return found


def _addresses(project: Project, name: str, world: World) -> World:
    """The addresses that stand as partywall.yaml alone, without the app, asks for them."""
    said = project.environment(name)
    auth = None
    with contextlib.suppress(PartywallError):
        password = project.given(name).refs.get(variables.PASSWORD)
        auth = BasicAuth(said.user, password) if said.protected and password else None
    return World.of(
        msgspec.structs.replace(thing, auth=auth, robots=said.production)
        for thing in world.things()
        if isinstance(thing, Route) and environment_of(thing.key) == name
    )


def _stands(world: World, name: str) -> bool:
    return any(
        entry.running and isinstance(entry.thing, Instance)
        for key, entry in world.entries.items()
        if environment_of(key) == name
    )


def _door(project: Project, world: World) -> Door | None:
    edge = world.entries.get(EDGE)
    if edge is None or not edge.running:
        return None
    settings = project.edge.settings
    tls = settings.tls is not Tls.OFF
    return Door(address=settings.bind[0], port=settings.main_port, tls=tls)


def _looked(project: Project) -> str:
    """Where its edge was looked for: another value of the variable leads to another edge."""
    if not project.engine.common_edge:
        return ""
    said = f"{commons.VARIABLE}={os.environ.get(commons.VARIABLE, '')}"
    return f"it was looked for in {project.edge.folder} ({said}); `partywall up` makes it"


def _secret_files(
    project: Project, world: World, names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The files that hold each environment's secrets; what two share is at home in both."""
    env_files = {name: secret_files.of(project, name) for name in project.settings.environments}
    return {
        name: (
            str(project.store.path(name)),
            *map(str, (project.home / RENDERED / name).glob(".env")),
            *sorted({*_attached(project, world, name), *_unshared(env_files, name)}),
        )
        for name in names
    }


def _unshared(env_files: Mapping[str, Sequence[Path]], name: str) -> list[str]:
    others = {path for other, paths in env_files.items() if other != name for path in paths}
    return [str(path) for path in env_files[name] if path not in others]


def _attached(project: Project, world: World, name: str) -> list[str]:
    """What was written for single programs, and the host's files of `secrets:`."""
    own = [entry.thing for key, entry in world.entries.items() if environment_of(key) == name]
    runs = [one.instance if isinstance(one, Job) else one for one in own]
    given = [
        str(project.folder / file.file)
        for one in runs
        if isinstance(one, Instance)
        for file in one.attachments
        if file.kind == "secret" and file.file
    ]
    return [*given, *map(str, (project.home / ATTACHED / name).glob("*/*/*"))]


def _folders(project: Project, world: World) -> dict[Key, str]:
    places = {
        thing.key: project.engine.folder(thing.key)
        for thing in world.things()
        if isinstance(thing, Volume)
    }
    return {key: str(place) for key, place in places.items() if place is not None}
