"""One pair of eyes made of several: the engine's, the edge's, and those of parts and checkouts."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.data.checkouts import CheckoutObserver
from partywall.data.observe import SpaceObserver
from partywall.edge import fragments
from partywall.edge.home import EdgeHome
from partywall.edge.observe import look_route, observe_routes
from partywall.interfaces import Observer, Ways
from partywall.model.errors import MachineFailed
from partywall.model.world import Entry, Key, World, environment_of

_SPACES = ("database", "keyspace", "topicspace")


class WholeObserver:
    """Looks at everything that belongs to a project."""

    def __init__(
        self,
        engine: Observer,
        own: tuple[SpaceObserver, CheckoutObserver],
        edge: EdgeHome,
        project: str,
        ways: Ways,
    ) -> None:
        self._engine = engine
        self._spaces, self._checkouts = own
        self._edge = edge
        self._project = project
        self._ways = ways

    def observe(self, environments: Iterable[str] | None = None) -> World:
        """Everything of these environments (all when None) and everything shared."""
        wanted = None if environments is None else [*environments]
        seen = self._engine.observe(wanted)
        routes, unknown = self._routes()
        spaces = self._spaces.observe(seen.entries, wanted)
        checkouts = self._checkouts.observe(wanted)
        mine = {
            key: entry
            for key, entry in routes.items()
            if wanted is None or environment_of(key) in wanted
        }
        found = {**seen.entries, **spaces, **checkouts, **mine}
        return World(found, {**seen.unknown, **unknown})

    def look(self, key: Key) -> Entry | None:
        """One thing."""
        kind = key.split("/")[1] if key.count("/") > 1 else ""
        if kind == "route":
            return look_route(self._edge, self._project, key, self._ways)
        if kind in _SPACES:
            return self._spaces.look(key)
        if kind == "checkout":
            return self._checkouts.look(key)
        return self._engine.look(key)

    def _routes(self) -> tuple[dict[Key, Entry], dict[Key, str]]:
        """Routes; those of an edge that does not say its configuration are unknown."""
        try:
            return observe_routes(self._edge, self._project, self._ways), {}
        except MachineFailed as error:
            known = fragments.stored(self._edge).values()
            return {}, {
                served.thing.key: error.what
                for fragment in known
                if fragment.project == self._project
                for served in fragment.routes
            }
