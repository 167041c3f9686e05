"""The Docker engine: what it makes, what it deliberately does not, and its parts wired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from partywall.axes.shares import overdrawn
from partywall.engines.docker import edge, flags
from partywall.engines.docker.api import Api
from partywall.engines.docker.compose import ComposeCli
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.export import UnitExporter
from partywall.engines.docker.holding import Holding
from partywall.engines.docker.images import built, discard, forget, sweep
from partywall.engines.docker.instances import InstancePerformer, JobPerformer
from partywall.engines.docker.limits import Budgets, LimitPerformer
from partywall.engines.docker.links import DockerLinks
from partywall.engines.docker.logs import ContainerLogs
from partywall.engines.docker.making import Making
from partywall.engines.docker.names import Naming
from partywall.engines.docker.networks import NetworkPerformer
from partywall.engines.docker.observe import DockerObserver
from partywall.engines.docker.outside import Outside, UsesOrMakes, is_outside
from partywall.engines.docker.portions import Portions
from partywall.engines.docker.pressure import Pressure, pressures, under
from partywall.engines.docker.reach import DockerReach
from partywall.engines.docker.render import Ground
from partywall.engines.docker.succession import DockerSuccession, Hands
from partywall.engines.docker.throwaways import DockerThrowaways
from partywall.engines.docker.trash import Bins, VolumeTrash
from partywall.engines.docker.understand import Inspected, attached, foremost, health, unsuitable
from partywall.engines.docker.units import Units
from partywall.engines.docker.unnamed import Unnamed
from partywall.engines.docker.update import Update
from partywall.engines.docker.use import memory
from partywall.engines.docker.volume_names import VolumeNames
from partywall.engines.docker.volumes import VolumePerformer
from partywall.engines.docker.ways import DockerWays
from partywall.interfaces import RENDERED, EngineParts, Health, Performer, Use
from partywall.model.app import Role
from partywall.model.world import (
    MACHINE,
    AnyThing,
    Entry,
    FileSpace,
    Instance,
    Job,
    Key,
    Limit,
    Network,
    Volume,
    World,
    environment_of,
)

LIMITS = (
    "without the overlay `limits` a busy environment can slow the others down",
    "datastores, workers and services that alone write to their data have a gap while they change",
)


class DockerEngine:
    """Containers, volumes and networks on one Docker Engine."""

    name = "docker"
    definitions = True
    common_edge = True
    makes: frozenset[type[AnyThing]] = frozenset({FileSpace, Instance, Job, Limit, Network, Volume})
    limits = LIMITS

    def __init__(self, parts: EngineParts, api: Api, compose: Path) -> None:
        self._parts = parts
        self._api = api
        self._names = VolumeNames(parts.home / "docker" / "volumes.json")
        self._naming = Naming(
            project=parts.name,
            project_id=parts.project_id,
            commons=parts.commons.name,
            attached=parts.attached,
        )
        self._unnamed = Unnamed(api, self._names, parts.home / "docker" / "unnamed.json")
        self._budgets = Budgets(api, parts.name)
        ground = Ground(
            naming=self._naming,
            absolute=lambda path: str((parts.project / path).absolute()),
            called=self._names.of,
            unnamed=self._unnamed.of,
            named=lambda key: self._names.all().get(key, ""),
            parent=self._budgets.parent,
            budget=self._budgets.script,
            flags=lambda instance: flags.service(instance, api),
            edge=self._edge,
        )
        self._units = Units(self._folder, parts.secrets, ground)
        self._outside = Outside(api, self._units, self._names, parts.records)
        self._containers = Containers(
            api, self._naming, parts.clock, self._units.masked, self._unnamed
        )
        self._portions = Portions(api, self._containers)
        self._cli = ComposeCli(compose, api.socket)
        self._making = Making(api, self._units, self._cli, self._containers, parts.name)
        update = Update(self._making, self._containers, parts.switch)
        self._instances = InstancePerformer(self._making, self._containers, update)

    def _folder(self, unit: str) -> Path:
        """Where a unit's files are: the edge is everybody's."""
        if unit == MACHINE:
            return self._parts.commons.folder / RENDERED / "edge"
        return self._parts.home / RENDERED / unit

    def _edge(self, part: Instance, joined: Sequence[str]) -> dict[str, Any]:
        return edge.service(part, self._parts.edge, joined)

    def refusals(self, desired: World) -> list[str]:
        """What has no image, what should be there before and is not, budgets beyond the machine."""
        things = (one.instance if isinstance(one, Job) else one for one in desired.things())
        own = [one for one in things if isinstance(one, Instance)]
        bare = [
            f"{one.key} has neither an image nor a build: Docker cannot run it"
            for one in own
            if not one.image and one.build is None
        ]
        bare += [
            why for one in own if one.role is Role.FLAGS and (why := flags.refusal(one)) is not None
        ]
        limits = [one for one in desired.things() if isinstance(one, Limit)]
        odd = unsuitable(self._api.get("/info") or {}, self._api.get("/version") or {})
        short = [overdrawn(one) for one in limits]
        bare += self._outside.refusals(desired.things())
        return [*bare, *filter(None, (odd, self._budgets.overbooked(limits), *short))]

    def attached(self, wanted: World) -> World:
        """Those of these instances that stand in attached environments, as they are.

        What they were made from is not compared: they are somebody else's.
        """
        things = [
            thing
            for thing in wanted.things()
            if isinstance(thing, Instance) and environment_of(thing.key) in self._naming.attached
        ]
        found = ((thing, self._containers.of(thing.key)) for thing in things)
        return World(
            {
                thing.key: attached(thing, foremost(containers))
                for thing, containers in found
                if containers
            }
        )

    def strangers(self) -> Sequence[str]:
        """The Compose projects of the same folder that run and that nobody attached."""
        found = self._containers.strangers(str(self._parts.project))
        return [name for name in found if name != self._parts.succeeds]

    def former(self, project: str) -> Sequence[str]:
        """The volumes that a Compose project of somebody else has left, by name."""
        return self._containers.volumes_left(project)

    def publisher(self, port: int) -> str:
        """The image of the container that has a port of the machine; empty: none has it."""
        return self._containers.publisher(port)

    def succession(self) -> DockerSuccession:
        """What lets services go over from containers of others to its own."""
        hands = Hands(
            cli=self._cli,
            reach=self.reach(),
            unnamed=self._unnamed,
            clock=self._parts.clock,
            owner=self._parts.project_id,
        )
        return DockerSuccession(self._api, self._containers, self._making, self._units, hands)

    def gap(self, before: Entry, after: Entry) -> str:
        """Why an instance is away for a moment while it changes; empty when it is not."""
        if not isinstance(after.thing, Instance) or not before.running:
            return ""
        return self._instances.gap(after)

    def observer(self) -> DockerObserver:
        """Its eyes."""
        return DockerObserver(
            self._api,
            self._naming,
            self._parts.records,
            self._names.all,
            self._as_remembered,
        )

    def _as_remembered(self, entry: Entry) -> Entry | None:
        """Of what the engine itself does not know, what is remembered, as it now is."""
        thing = entry.thing
        if isinstance(thing, Limit):
            faults = (*self._budgets.faults(thing), *self._portions.faults(thing))
            return msgspec.structs.replace(entry, faults=faults)
        if is_outside(thing):
            return self._outside.seen(entry)
        return entry if isinstance(thing, Job) else None

    def performers(self) -> Sequence[Performer]:
        """Its hands."""
        parts = self._parts
        return (
            self._instances,
            JobPerformer(self._making, self._containers, parts.records),
            LimitPerformer(self._budgets, self._portions, self._units, parts.records),
            UsesOrMakes(
                NetworkPerformer(self._api, self._units, self._naming, parts.clock), self._outside
            ),
            UsesOrMakes(self._volumes(Volume), self._outside),
            self._volumes(FileSpace),
        )

    def _volumes(self, kind: type[Volume]) -> VolumePerformer:
        return VolumePerformer(
            self._api, self._units, self._names, self._naming, self.trash(), kind
        )

    def reach(self) -> DockerReach:
        """Ways to its containers."""
        holding = Holding(self._containers, self._budgets, self._portions)
        return DockerReach(self._api, self._containers, self._naming, self._names.all, holding)

    def ways(self) -> DockerWays:
        """The edge's ways to them."""
        return DockerWays(self._containers, self._units, self._naming)

    def links(self) -> DockerLinks:
        """The environments' ways to what they share."""
        return DockerLinks(self._api, self._containers, self._units, self._naming)

    def health(self, keys: Iterable[Key]) -> dict[Key, Health]:
        """How these instances are now."""
        found = {key: foremost(every) for key in keys if (every := self._containers.of(key))}
        used = memory(self._api, found.values())
        held = pressures(found.values())
        return {
            key: under(
                health(one, used.get(one["Id"]), self._budget(one)), held.get(one["Id"], Pressure())
            )
            for key, one in found.items()
        }

    def use(self, limit: Limit) -> Use:
        """What an environment takes of its budget, as the kernel counts it."""
        return self._budgets.use(limit)

    def _budget(self, inspected: Inspected) -> int | None:
        parent = str((inspected.get("HostConfig") or {}).get("CgroupParent") or "")
        return self._budgets.memory(parent) if parent else None

    def logs(self) -> ContainerLogs:
        """What its containers write, which the engine keeps itself."""
        return ContainerLogs(self._api, self._containers, self._parts.clock)

    def trash(self) -> VolumeTrash:
        """Volumes that were set aside."""
        more = Bins(units=self._units, names=self._names, unnamed=self._unnamed)
        return VolumeTrash(self._api, self._naming, self._parts, more)

    def throwaways(self) -> DockerThrowaways:
        """Servers on copies of data, in containers of their own."""
        return DockerThrowaways(
            self._api, self._containers, self._making, self._naming, self._parts.project
        )

    def exporter(self) -> UnitExporter:
        """Its units run without Partywall as they are."""
        return UnitExporter(self._units, self._parts.home / "rendered")

    def folder(self, volume: Key) -> Path | None:
        """Where the engine keeps a volume's data; None when it has no such volume."""
        name = self._names.all().get(volume)
        found = self._api.get(f"/volumes/{quote(name, safe='')}") if name else None
        return Path(found["Mountpoint"]) if found and found.get("Mountpoint") else None

    def user(self, environment: str) -> int | None:
        """Containers say themselves who they run as."""
        del environment
        return None

    def identity(self) -> str:
        """Tells one engine from another."""
        return self._api.identity()

    def unwatched(self) -> str:
        """Empty: an engine that answers watches over its containers."""
        return ""

    def discard(self, things: Iterable[AnyThing]) -> None:
        """Remove their images, of those that were built here and that no container has."""
        discard(self._api, things, self._parts.name)

    def builds(self) -> frozenset[str]:
        """The images that were built for projects of this name, and the probes' own."""
        return frozenset(built(self._api, self._parts.name))

    def forget(self, keep: Iterable[str]) -> None:
        """Remove these images, save such as containers have."""
        forget(self._api, self.builds() - {*keep})

    def close(self, *, environments: Iterable[str]) -> None:
        """With the edge goes the network that Compose made for it alone; old images go, too."""
        parts = self._parts
        sweep(self._api, parts.project_id, parts.clock.now() - parts.trash_seconds)
        if MACHINE in environments and not self._containers.keys(MACHINE):
            self._containers.remove_networks(self._naming.compose_project(MACHINE))
