"""Has Compose make containers, those of a unit that begin together in one call."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from partywall.engines.docker.api import Api
from partywall.engines.docker.bounds import building, hindered
from partywall.engines.docker.compose import ComposeCli
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.images import to_build
from partywall.engines.docker.names import service_of, unit_of
from partywall.engines.docker.units import Units
from partywall.engines.docker.waves import Waves
from partywall.model.errors import MachineFailed
from partywall.model.world import Entry, Limit


class Making:
    """Has Compose make things, those of a unit that begin together in one call."""

    def __init__(
        self, api: Api, units: Units, cli: ComposeCli, containers: Containers, project: str
    ) -> None:
        self._api = api
        self._units = units
        self._cli = cli
        self._containers = containers
        self._project = project
        self._building = threading.Lock()
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

    def beside(self, entry: Entry, number: int) -> None:
        """Start one more container, as it is described now; the others stay as they are.

        Raises:
            MachineFailed: with Compose's last words.
        """
        unit = unit_of(entry.thing.key)
        self._containers.refuse_impostors(unit, {service_of(entry.thing.key)})
        self._units.put([entry])
        self._build(unit, [entry])
        self._cli.scale(self._units.unit(unit), service_of(entry.thing.key), number)

    def prepare(self, entries: Sequence[Entry]) -> None:
        """Describe things, and have every image at hand that they need; nothing is started.

        Raises:
            MachineFailed: with Compose's last words.
        """
        for unit in {unit_of(entry.thing.key) for entry in entries}:
            mine = [entry for entry in entries if unit_of(entry.thing.key) == unit]
            self._units.put(mine)
            self._build(unit, mine)
            self._cli.pull(self._units.unit(unit))

    def describe(self, entry: Entry) -> None:
        """Let its unit's file say this of it, and make nothing."""
        self._units.put([entry])

    def neighbours(self, entry: Entry) -> list[Entry]:
        """Everything else that is described of its unit."""
        return self._units.entries(unit_of(entry.thing.key))

    def forget(self, entry: Entry) -> None:
        """Take a thing out of its unit's file."""
        self._units.drop(entry.thing.key)

    def _act(self, unit: str, entries: Sequence[Entry], *, anew: bool) -> None:
        services = {service_of(entry.thing.key) for entry in entries}
        self._containers.refuse_impostors(unit, services)
        self._units.put(entries)
        for network in self._units.joined(unit):
            if not self._containers.has_network(network):  # one that is gone would hold up all
                self._units.leave(unit, network)
        self._build(unit, entries)
        self._cli.up(self._units.unit(unit), services, anew=anew)

    def _build(self, unit: str, entries: Sequence[Entry]) -> None:
        """Make the images that are missing, one at a time: what is built once serves all."""
        with self._building:
            missing = to_build(self._api, (entry.thing for entry in entries), self._project)
            services = [service_of(thing.key) for thing in missing]
            budget = self._units.budget(unit)
            if missing and budget is None:
                self._cli.build(self._units.unit(unit), services)
            elif budget is not None:
                for service in services:
                    self._build_on(budget, unit, service)

    def _build_on(self, budget: tuple[Limit, str], unit: str, service: str) -> None:
        """Alone, so that it has all that the others of its environment leave."""
        try:
            self._cli.build(self._units.unit(unit), [service], building(*budget))
        except MachineFailed as error:
            raise hindered(error, service, budget[0]) from error
