"""Proves the wall: what the probes need, taken from what stands."""

from __future__ import annotations

from collections.abc import Sequence

from partywall.axes.site import EDGE
from partywall.edge.settings import Tls
from partywall.model.errors import Refused
from partywall.model.world import Instance, Key, Volume, World, environment_of
from partywall.proof import probes
from partywall.proof.case import Premises
from partywall.proof.edge import Door
from partywall.proof.prove import Report
from partywall.proof.prove import prove as probe
from partywall.workflows.project import Project


def prove(project: Project, names: Sequence[str] = ()) -> Report:
    """Try to cross every wall between these environments, or between all that stand.

    Raises:
        Refused: when none stands.
    """
    world = project.observer.observe()
    standing = [name for name in (names or project.settings.environments) if _stands(world, name)]
    if not standing:
        raise Refused("no environment stands: there is nothing to prove", remedy="`partywall up`")
    premises = Premises(
        world=world,
        reach=project.engine.reach(),
        secrets=project.store,
        door=_door(project, world),
        folders=_folders(project, world),
        secret_files={name: (str(project.store.path(name)),) for name in standing},
        production=project.settings.production.name,
    )
    return probe(premises, probes.found(), standing)


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


def _folders(project: Project, world: World) -> dict[Key, str]:
    places = {
        thing.key: project.engine.folder(thing.key)
        for thing in world.things()
        if isinstance(thing, Volume)
    }
    return {key: str(place) for key, place in places.items() if place is not None}
