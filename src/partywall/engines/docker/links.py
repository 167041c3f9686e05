"""Lets shared containers into the networks of each environment, under their service's name.

They join one network per environment and service: environments meet in none.
"""

from __future__ import annotations

from collections.abc import Iterator

from partywall.engines.docker.api import Api
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.labels import KEY, is_ours
from partywall.engines.docker.names import Naming
from partywall.engines.docker.understand import Inspected, foremost
from partywall.engines.docker.units import Units
from partywall.model.errors import MachineFailed
from partywall.model.world import (
    SHARED,
    AnyThing,
    Database,
    Key,
    KeySpace,
    TopicSpace,
    name_of,
)


class DockerLinks:
    """The environments' ways to what they share."""

    def __init__(self, api: Api, containers: Containers, units: Units, naming: Naming) -> None:
        self._api = api
        self._containers = containers
        self._units = units
        self._naming = naming

    def missing(self, space: AnyThing) -> str:
        """Which network of the environment its server is not in."""
        server = _server(space)
        inside = _networks(self._container(server))
        for key, name in self._ways(space):
            if name is None:
                return f"there is no network {name_of(key)}"
            if name not in inside:
                return f"{server} is not in the network {name_of(key)}"
        return ""

    def link(self, space: AnyThing) -> None:
        """Let the server's container join, as it is.

        Raises:
            MachineFailed: when there is no container or no network.
        """
        server = _server(space)
        container = self._container(server)
        for key, name in self._ways(space):
            if name is None:
                raise MachineFailed(f"there is no network {key}", remedy="run `partywall up`")
            self._units.join(SHARED, name, name_of(server))
            if name not in _networks(container):
                self._containers.connect(container, name, alias=name_of(server))

    def unlink(self, space: AnyThing) -> None:
        """Let it leave again."""
        server = _server(space)
        for _, name in self._ways(space):
            if name is not None:
                self._units.leave(SHARED, name, name_of(server))
                for container in self._containers.of(server):
                    if name in _networks(container):
                        self._containers.disconnect(container, name)

    def _ways(self, space: AnyThing) -> Iterator[tuple[Key, str | None]]:
        """The networks that it needs, with their names in the engine."""
        for need in space.needs:
            if "/network/" in need.key:
                yield need.key, self._named(need.key)

    def _named(self, key: Key) -> str | None:
        listed = self._api.get("/networks", filters={"label": [f"{KEY}={key}"]}) or []
        mine = (one for one in listed if is_ours(self._naming, one.get("Labels") or {}))
        return next((str(one["Name"]) for one in mine), None)

    def _container(self, server: Key) -> Inspected:
        found = self._containers.of(server)
        if not found:
            raise MachineFailed(f"{server} has no container", remedy="run `partywall up`")
        return foremost(found)


def _server(space: AnyThing) -> Key:
    assert isinstance(space, Database | KeySpace | TopicSpace)  # noqa: S101  (parts of servers)
    return space.server


def _networks(inspected: Inspected) -> set[str]:
    return set(inspected["NetworkSettings"].get("Networks") or {})
