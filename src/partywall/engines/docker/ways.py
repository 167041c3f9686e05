"""How the edge gets to containers: by name, in a network that it joins for each of them."""

from __future__ import annotations

from partywall.engines.docker.containers import Containers
from partywall.engines.docker.names import Naming, unit_of
from partywall.engines.docker.understand import Inspected, foremost
from partywall.engines.docker.units import Units
from partywall.model.errors import MachineFailed
from partywall.model.world import MACHINE, Key


class DockerWays:
    """The ways of the edge's sides, which are in a network of every environment."""

    def __init__(self, containers: Containers, units: Units, naming: Naming) -> None:
        self._containers = containers
        self._naming = naming
        self._units = units

    def way(self, instance: Key, port: int) -> tuple[str, int]:
        """The name of its container, which no other environment has, and the same port.

        Raises:
            MachineFailed: when there is none.
        """
        return str(self._container(instance)["Name"]).lstrip("/"), port

    def blocked(self, instance: Key) -> str:
        """Which part of the edge is not in the network of an instance."""
        try:
            network = self._network(self._container(instance), instance)
        except MachineFailed as error:
            return error.what
        for side in self._sides():
            if network not in _networks(side):
                return f"the edge is not in the network {network}"
        return ""

    def open(self, instance: Key) -> None:
        """Let the sides join the network of an instance; it stays as it is.

        Raises:
            MachineFailed: when there is no container, or the engine refuses.
        """
        network = self._network(self._container(instance), instance)
        self._units.join(MACHINE, network)
        for side in self._sides():
            if network not in _networks(side):
                self._containers.connect(side, network)

    def _network(self, inspected: Inspected, instance: Key) -> str:
        """The network in which the edge meets a container: one of its environment's own if any.

        Raises:
            MachineFailed: when it is in none.
        """
        networks = _networks(inspected) - {"host", "none", "bridge"}
        if not networks:
            raise MachineFailed(
                f"{instance} is in no network of its environment, and the edge cannot get to it",
                remedy="give the service a network, or none to say in compose.yaml",
            )
        own = f"{self._naming.compose_project(unit_of(instance))}_"
        return min(networks, key=lambda name: (not name.startswith(own), name))

    def _sides(self) -> list[Inspected]:
        """The parts of the edge that are in networks; the one that owns the ports is in none."""
        running = self._containers.running(MACHINE)
        return [one for one in running if one["HostConfig"]["NetworkMode"] != "host"]

    def _container(self, instance: Key) -> Inspected:
        found = self._containers.of(instance)
        if not found:
            raise MachineFailed(f"{instance} has no container", remedy="run `partywall up`")
        return foremost(found)


def _networks(inspected: Inspected) -> set[str]:
    return set(inspected["NetworkSettings"].get("Networks") or {})
