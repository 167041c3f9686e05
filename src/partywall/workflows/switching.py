"""Leads visitors over to the next container of an instance, while the former one still answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import msgspec

from partywall.edge import drain
from partywall.edge.fragment import Fragment, Served, address_of
from partywall.edge.fragments import stored
from partywall.edge.home import EdgeHome
from partywall.edge.load import change_fragment
from partywall.interfaces import Clock, Ways
from partywall.model.errors import MachineFailed
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
            if served.thing.instance != instance or served.thing.away:
                return served
            upstream = address_of(*ways.way(instance, served.thing.target))
            return msgspec.structs.replace(served, upstream=upstream)

        def change(fragment: Fragment) -> Fragment:
            if any(served.thing.instance == instance for served in fragment.routes):
                ways.open(instance)
            return msgspec.structs.replace(fragment, routes=tuple(map(moved, fragment.routes)))

        change_fragment(home, self._project, environment_of(instance), change)

    def follow(self, instance: Key) -> None:
        """Lead those of its routes that lead elsewhere; an edge that does not is seen to later."""
        home, ways = self._edge()
        name = Fragment(project=self._project, environment=environment_of(instance)).name
        fragment = stored(home).get(name)
        routes = fragment.routes if fragment else ()
        mine = [one for one in routes if one.thing.instance == instance and not one.thing.away]
        with contextlib.suppress(MachineFailed):
            now = [address_of(*ways.way(instance, one.thing.target)) for one in mine]
            if now != [one.upstream for one in mine]:
                self.lead(instance)

    def left(self, host: str, port: int, seconds: float) -> bool:
        """Wait until no request is under way to a place; False when time ran out.

        Raises:
            MachineFailed: when the edge does not say.
        """
        home, _ = self._edge()
        address = address_of(host, port)
        return drain.drained(home, address, clock=self._clock, seconds=seconds)
