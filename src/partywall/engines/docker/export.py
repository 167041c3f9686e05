"""The units' own files for somebody without Partywall, with a page that says how to start them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from partywall.engines.docker.names import service_of, unit_of
from partywall.engines.docker.profiles import UNIT
from partywall.engines.docker.render import SEED
from partywall.engines.docker.units import Unit, Units
from partywall.model.world import (
    MACHINE,
    SHARED,
    AnyThing,
    Instance,
    Job,
    Key,
    Limit,
    Network,
    Route,
    Space,
    Volume,
    World,
)
from partywall.planning.seeding import fills
from partywall.system.files import write_atomically

_SHARED = (
    "What all share is in no profile: `docker compose up -d --wait` starts it, and comes before\n"
    "each of these. `down` ends it with the environment.\n\n"
)
_DRAWN = (Instance, Job, Limit, Network, Volume)


class UnitExporter:
    """Writes units as a world wants them; what runs by them stays as it is."""

    def __init__(self, units: Units, home: Path) -> None:
        self._units = units
        self._home = home

    def export(self, desired: World, environments: Sequence[str]) -> list[Path]:
        """The files of these environments, of what they share and of the edge, where it is made.

        Raises:
            MachineFailed: when a file cannot be written.
        """
        drawn = [entry for entry in desired.entries.values() if isinstance(entry.thing, _DRAWN)]
        mine = [entry for entry in drawn if unit_of(entry.thing.key) != MACHINE]
        named = {unit_of(entry.thing.key) for entry in mine}
        # In the order in which they start: what all use first, the edge, which joins them, last.
        order = [name for name in (SHARED, *environments) if name in named]
        for name in order:
            self._units.replace(name, [one for one in mine if unit_of(one.thing.key) == name])
        if self._units.unit(MACHINE).compose.exists():
            for network in ways(desired):
                self._units.join(MACHINE, network)
        units = [self._units.unit(name) for name in (*order, MACHINE)]
        units = [unit for unit in units if unit.compose.exists()]
        seeded = {self._units.unit(unit_of(key)).project for key in _seeders(desired)}
        readme = self._home / "README.md"
        write_atomically(readme, page(units, seeded).encode(), 0o644)
        return [*(path for unit in units for path in (unit.compose, unit.env)), readme]

    def export_turns(self, desired: World, environments: Sequence[str]) -> list[Path]:
        """These environments as one file with a profile for each; raises as `export` does."""
        drawn = [entry for entry in desired.entries.values() if isinstance(entry.thing, _DRAWN)]
        common = [SHARED] if SHARED in map(unit_of, desired.entries) else []
        parts = {
            name: [entry for entry in drawn if unit_of(entry.thing.key) == name]
            for name in (*common, *environments)
        }
        unit = self._units.keep_together(parts, shared_ways(desired, environments))
        readme = self._home / "README.md"
        seeded = sorted({unit_of(key) for key in _seeders(desired)})
        text = turns_page(unit, environments, seeded, shared=bool(common))
        write_atomically(readme, text.encode(), 0o644)
        return [unit.compose, unit.env, readme]


def shared_ways(desired: World, environments: Collection[str]) -> dict[str, list[Key]]:
    """Shared service → the networks of these environments in which its name leads to it; pure."""
    made: dict[str, set[Key]] = {}
    for thing in desired.things():
        if isinstance(thing, Space) and unit_of(thing.key) in environments:
            ways = {need.key for need in thing.needs if "/network/" in need.key}
            if unit_of(thing.server) == SHARED:
                made.setdefault(service_of(thing.server), set()).update(ways)
    return {service: sorted(ways) for service, ways in made.items()}


def ways(desired: World) -> set[str]:
    """The networks in which the edge meets what has an address: the first of each by name; pure."""
    instances = {
        thing.instance: desired.entries.get(thing.instance)
        for thing in desired.things()
        if isinstance(thing, Route)
    }
    return {
        min(names)
        for entry in instances.values()
        if entry is not None and (names := [one.name for one in _networks(desired, entry.thing)])
    }


def _networks(desired: World, thing: AnyThing) -> Iterable[Network]:
    found = (desired.entries.get(need.key) for need in thing.needs)
    return (one.thing for one in found if one is not None and isinstance(one.thing, Network))


def page(units: Sequence[Unit], seeded: Iterable[str]) -> str:
    """What a person has to know about the units, in the order in which they start."""
    starts = "\n".join(
        line
        for unit in units
        for line in (
            *((f"sudo sh {unit.budget}",) if unit.budget.exists() else ()),
            f"cd {unit.folder} && docker compose up -d",
        )
    )
    first = "\n".join(
        f"cd {unit.folder} && docker compose --profile {SEED} up -d"
        for unit in units
        if unit.project in seeded
    )
    return (
        "# Without Partywall\n\n"
        "These folders are what runs: each is a Compose project of its own, made by\n"
        "`partywall up`, and its `.env` holds its secrets (mode 0600). In this order:\n\n"
        f"```sh\n{starts}\n```\n\n"
        "The edge comes last: it joins a network of every environment, and those make them. What\n"
        "it answers is in the folders that its service binds, which have to be at the same paths.\n"
        "Jobs that have ended run once more with every `up`, as Compose has it. Paths of builds\n"
        "and of bound files are those of this machine.\n"
        + (
            f"\nData that are new and empty are filled by hand, once:\n\n```sh\n{first}\n```\n"
            if first
            else ""
        )
        + "\n`partywall up` afterwards finds everything as it was.\n"
    )


def turns_page(
    unit: Unit, environments: Sequence[str], seeded: Sequence[str] = (), *, shared: bool = False
) -> str:
    """What a person has to know about environments that take turns.

    Args:
        unit: the one in which all are.
        environments: their names.
        seeded: those with a seed.
        shared: whether there are servers that all use.
    """
    first = environments[0]
    fills = "\n".join(
        f"docker compose --profile {name} --profile {name}-{SEED} up -d" for name in seeded
    )
    starts = "\n".join(f"docker compose --profile {name} up -d" for name in environments)
    return (
        "# Without Partywall\n\n"
        f"`{UNIT}` is one Compose project with a profile for each environment; its `.env` holds\n"
        "the secrets of all (mode 0600). One environment at a time is meant to stand: after\n"
        "`partywall down --all` one of\n\n"
        f"```sh\ncd {unit.folder}\n{starts}\n```\n\n"
        f"and `docker compose --profile {first} down` before another one. Data are in the volumes\n"
        "that Partywall uses as well; Compose says that it has not made them. Paths of builds and\n"
        "of bound files are those of this machine. Nothing of the edge is in this file: services\n"
        "are reached inside their networks, or by ports that you publish.\n\n"
        + (_SHARED if shared else "")
        + (f"Data that are new are filled once, by\n\n```sh\n{fills}\n```\n\n" if fills else "")
        + "Stop it before `partywall up` is used again.\n"
    )


def _seeders(desired: World) -> Iterable[Key]:
    return (thing.key for thing in desired.things() if fills(thing))
