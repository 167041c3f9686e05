"""Networks of the engine: one set per environment, with our labels."""

from __future__ import annotations

import re

from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.labels import is_ours, labels
from partywall.engines.docker.names import Naming, unit_of
from partywall.engines.docker.units import Units
from partywall.interfaces import Clock
from partywall.model.errors import Refused
from partywall.model.world import MACHINE, SHARED, AnyThing, Entry, Network, name_of

_SECONDS = 15.0
"""How long what is in a network may take to leave it."""
_PAUSE = 0.2
_NO_ADDRESSES = re.compile(r"non-overlapping|fully subnetted", re.IGNORECASE)
"""How the engine says that each of its ranges of addresses is taken."""


class NetworkPerformer:
    """Performs steps on networks."""

    kind: type[AnyThing] = Network

    def __init__(self, api: Api, units: Units, naming: Naming, clock: Clock) -> None:
        self._api = api
        self._units = units
        self._naming = naming
        self._clock = clock

    def create(self, entry: Entry) -> None:
        """Make it, unless it is there.

        Raises:
            Refused: when a network of that name is somebody else's.
        """
        network = _network(entry)
        found = self._api.get(f"/networks/{network.name}")
        if found is None:
            self._make(entry)
        elif not is_ours(self._naming, found.get("Labels") or {}):
            raise Refused(
                f"there is a network {network.name} that is not ours",
                remedy=f"`docker network inspect {network.name}` says whose it is; remove it, "
                "or choose another `name:` for the project",
            )
        self._units.put([entry])

    def change(self, before: Entry, after: Entry) -> None:
        """Networks do not change: whoever is in it is disconnected, and joins the new one."""
        self.remove(before)
        self.create(after)

    def start(self, entry: Entry) -> None:
        """The same as `create`."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Networks do not run."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Take away what is ours; what is still connected to it is disconnected."""
        network = _network(entry)
        deadline = self._clock.now() + _SECONDS
        while not self._gone(network.name, last=self._clock.now() > deadline):
            self._clock.sleep(_PAUSE)
        for unit in (MACHINE, SHARED):
            self._units.leave(unit, network.name)
        self._units.drop(network.key)

    def _gone(self, name: str, *, last: bool) -> bool:
        """Try to remove it: who is being stopped at this moment holds on to it for a little."""
        found = self._api.get(f"/networks/{name}")
        if found is None or not is_ours(self._naming, found.get("Labels") or {}):
            return True
        address = f"/networks/{found['Id']}"
        try:
            for container in found.get("Containers") or {}:
                self._api.post(f"{address}/disconnect", {"Container": container, "Force": True})
            self._api.delete(address)
        except EngineRefuses:
            if last:
                raise
            return False
        return True

    def _make(self, entry: Entry) -> None:
        network = _network(entry)
        unit = self._naming.compose_project(unit_of(network.key))
        body = {
            "Name": network.name,
            "Driver": "bridge",
            "Internal": network.internal,
            "CheckDuplicate": True,
            "Labels": {
                **labels(self._naming, entry),
                "com.docker.compose.project": unit,
                "com.docker.compose.network": name_of(network.key),
            },
        }
        try:
            self._api.post("/networks/create", body)
        except EngineRefuses as error:
            raise _without_room(error) from error


def _network(entry: Entry) -> Network:
    assert isinstance(entry.thing, Network)  # noqa: S101  (performers get their own kind)
    return entry.thing


def _without_room(error: EngineRefuses) -> EngineRefuses:
    """The same error, with what to do when the engine has no addresses left for a network."""
    if not _NO_ADDRESSES.search(error.what):
        return error
    return EngineRefuses(
        error.what,
        remedy="remove networks that nobody uses (`docker network ls`), or give the engine more "
        "addresses: `default-address-pools` in /etc/docker/daemon.json",
    )
