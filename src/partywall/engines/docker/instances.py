"""Instances and jobs as containers that Compose makes."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from partywall.engines.docker.compose import ComposeCli
from partywall.engines.docker.containers import Containers, ready
from partywall.engines.docker.names import service_of, unit_of
from partywall.engines.docker.understand import Inspected, starts
from partywall.engines.docker.units import Units
from partywall.engines.docker.waves import Waves
from partywall.interfaces import Records
from partywall.model.world import AnyThing, Entry, Instance, Job


class Making:
    """Has Compose make things, those of a unit that begin together in one call."""

    def __init__(self, units: Units, cli: ComposeCli, containers: Containers) -> None:
        self._units = units
        self._cli = cli
        self._containers = containers
        self._lock = threading.Lock()
        self._waves: dict[tuple[str, bool], Waves[Entry]] = {}

    def make(self, entry: Entry, *, anew: bool = False) -> None:
        """Create, replace or start the container of an instance or a job.

        Raises:
            MachineFailed: with Compose's last words.
        """
        unit = unit_of(entry.thing.key)
        with self._lock:
            waves = self._waves.setdefault(
                (unit, anew), Waves(lambda entries: self._act(unit, entries, anew=anew))
            )
        waves.do(entry)

    def forget(self, entry: Entry) -> None:
        """Take a thing out of its unit's file."""
        self._units.drop(entry.thing.key)

    def _act(self, unit: str, entries: Sequence[Entry], *, anew: bool) -> None:
        self._units.put(entries)
        for network in self._units.joined(unit):
            if not self._containers.has_network(network):  # one that is gone would hold up all
                self._units.leave(unit, network)
        services = [service_of(entry.thing.key) for entry in entries]
        self._cli.up(self._units.unit(unit), services, anew=anew)


class InstancePerformer:
    """Performs steps on instances."""

    kind: type[AnyThing] = Instance

    def __init__(self, making: Making, containers: Containers) -> None:
        self._making = making
        self._containers = containers

    def create(self, entry: Entry) -> None:
        """Have it made and wait until it is well."""
        self._making.make(entry)
        self._containers.until(entry.thing.key, ready)

    def change(self, before: Entry, after: Entry) -> None:  # noqa: ARG002  (found by its labels)
        """Have the old one replaced by the new one."""
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Start one that stands still, wait for one that is starting, make an unwell one anew."""
        key = entry.thing.key
        well = any(ready(one) or starts(one) for one in self._containers.of(key))
        self._making.make(entry, anew=not well and self._runs(key))
        self._containers.until(key, ready)

    def restart(self, entry: Entry) -> None:
        """Stop it and start it."""
        self._containers.restart(entry.thing.key, _grace(entry))
        self._containers.until(entry.thing.key, ready)

    def remove(self, entry: Entry) -> None:
        """Stop it for good."""
        self._containers.remove(entry.thing.key, _grace(entry))
        self._making.forget(entry)

    def _runs(self, key: str) -> bool:
        return any(one["State"].get("Running") for one in self._containers.of(key))


class JobPerformer:
    """Performs steps on jobs: they are run, and remembered as done."""

    kind: type[AnyThing] = Job

    def __init__(self, making: Making, containers: Containers, records: Records) -> None:
        self._making = making
        self._containers = containers
        self._records = records

    def create(self, entry: Entry) -> None:
        """Run it to its end; its container stays for its log.

        Raises:
            MachineFailed: when it ends with another code than 0.
        """
        key = entry.thing.key
        self._making.make(entry, anew=True)
        done = self._containers.until(key, ended)
        if code := done["State"].get("ExitCode"):
            raise self._containers.unwell(key, done, f"it ended with exit code {code}")
        self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:  # noqa: ARG002  (runs are independent)
        """Run it again, as it is now."""
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Run it again."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Run it again."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Forget that it ran."""
        self._containers.remove(entry.thing.key, _grace(entry))
        self._making.forget(entry)
        self._records.drop(entry.thing.key)


def ended(inspected: Inspected) -> bool:
    """Whether it is over, well or not."""
    return inspected["State"].get("Status") in {"exited", "dead"}


def _grace(entry: Entry) -> float:
    thing = entry.thing.instance if isinstance(entry.thing, Job) else entry.thing
    assert isinstance(thing, Instance)  # noqa: S101  (performers get their own kind)
    return thing.stop_grace
