"""What containers write: kept by the engine, for as long as the container is there."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.engines.docker.api import Api
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.streams import framed, lines, since, timed
from partywall.interfaces import Clock
from partywall.model.world import Key

_LOOK_EVERY = 0.5
"""Seconds between looks for a container that runs (again)."""


class ContainerLog:
    """The log of one thing: of its newest container, and of those that come after it."""

    def __init__(self, api: Api, containers: Containers, clock: Clock, key: Key) -> None:
        self._api = api
        self._containers = containers
        self._clock = clock
        self._key = key
        self._container = ""
        self._known = ""
        """The time of the last line that was told."""

    def last(self, count: int) -> list[str]:
        """The last lines of the newest container."""
        told = list(self._told(tail=str(max(count, 1))))  # one at least: it says where to go on
        return told[max(0, len(told) - count) :]

    def follow(self) -> Iterator[str]:
        """Lines as they come; a stream ends with its container, and the next one is looked for."""
        if not self._container:
            self.last(0)
        while True:
            yield from self._told(follow=True)
            self._clock.sleep(_LOOK_EVERY)

    def _told(self, **query: object) -> Iterator[str]:
        """What was not told before."""
        found = self._containers.newest(self._key)
        if found is None:
            return
        if found["Id"] != self._container:
            self._container, self._known = found["Id"], ""
        if known := self._known:
            query["since"] = since(known)
        pieces = self._api.stream(
            f"/containers/{self._container}/logs",
            **{"stdout": True, "stderr": True, "timestamps": True, **query},
        )
        for line in lines(pieces, framed=framed(found)):
            time, text = timed(line)
            if time > known:
                self._known = max(time, self._known)
                yield text


class ContainerLogs:
    """The logs of one installation."""

    def __init__(self, api: Api, containers: Containers, clock: Clock) -> None:
        self._api = api
        self._containers = containers
        self._clock = clock

    def written(self, environment: str) -> list[Key]:
        """Everything that has a container: its log goes with it."""
        return sorted(self._containers.keys(environment))

    def of(self, key: Key) -> ContainerLog:
        """One of them."""
        return ContainerLog(self._api, self._containers, self._clock, key)
