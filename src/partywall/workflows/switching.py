"""Leads visitors over to the next container of an instance, while the former one still answers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from partywall.edge import drain
from partywall.edge.fragment import Fragment, Served, address_of
from partywall.edge.home import EdgeHome
from partywall.edge.load import change_fragment
from partywall.interfaces import Clock, Ways
from partywall.model.world import Key, environment_of


class EdgeSwitch:
    """The switch of one project; what it works with is asked for when it is used."""

    def __init__(
        self, edge: Callable[[], tuple[EdgeHome, Ways]], project: str, clock: Clock
    ) -> None:
        self._edge = edge
        self._project = project
        self._clock = clock

    def lead(self, instance: Key) -> None:
        """Let every route of an instance lead to where it is now.

        Raises:
            MachineFailed: when the edge refuses; the routes lead where they led.
        """
        home, ways = self._edge()

        def moved(served: Served) -> Served:
            if served.thing.instance != instance:
                return served
            upstream = address_of(*ways.way(instance, served.thing.target))
            return msgspec.structs.replace(served, upstream=upstream)

        def change(fragment: Fragment) -> Fragment:
            if any(served.thing.instance == instance for served in fragment.routes):
                ways.open(instance)
            return msgspec.structs.replace(fragment, routes=tuple(map(moved, fragment.routes)))

        change_fragment(home, self._project, environment_of(instance), change)

    def left(self, host: str, port: int, seconds: float) -> bool:
        """Wait until no request is under way to a place; False when time ran out.

        Raises:
            MachineFailed: when the edge does not say.
        """
        home, _ = self._edge()
        address = address_of(host, port)
        return drain.drained(home, address, clock=self._clock, seconds=seconds)
