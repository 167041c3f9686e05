"""Which routes there are, and whether the running Caddy really serves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from partywall.edge import fragments
from partywall.edge.admin import running_configuration
from partywall.edge.caddy import configuration
from partywall.edge.fragment import Fragment, Served, address_of
from partywall.edge.home import EdgeHome
from partywall.edge.placing import identity
from partywall.edge.sides import active
from partywall.interfaces import Ways
from partywall.model.errors import PartywallError
from partywall.model.world import Entry, Key, environment_of

NOT_LOADED = "not loaded"


def observe_routes(home: EdgeHome, project: str, ways: Ways | None = None) -> dict[Key, Entry]:
    """Every route of a project; with `ways`, also whether each still leads to its instance.

    Raises:
        MachineFailed: when the edge listens and does not say its configuration.
    """
    every = fragments.stored(home)
    side = active(home)
    running = running_configuration(home.settings.admin(side))
    wanted = placed(configuration(home.settings, every.values(), side))
    present = placed(running or {})
    mine = [fragment for fragment in every.values() if fragment.project == project]
    return {
        served.thing.key: _entry(
            served,
            running=running is not None,
            faults=[
                *_not_loaded(identity(project, served), wanted, present, asked=running is not None),
                *_moved(served, ways),
            ],
        )
        for fragment in mine
        for served in fragment.routes
    }


def look_route(home: EdgeHome, project: str, key: Key, ways: Ways | None = None) -> Entry | None:
    """One route as it is this moment; None when it is absent; raises as `observe_routes` does."""
    name = Fragment(project=project, environment=environment_of(key)).name
    fragment = fragments.stored(home).get(name)
    if fragment is None or fragment.find(key) is None:
        return None
    return observe_routes(home, project, ways).get(key)


def placed(config: Mapping[str, Any]) -> dict[str, tuple[str, Any, Any]]:
    """Every marked route of a configuration: its server's addresses, its host and itself."""
    servers = config.get("apps", {}).get("http", {}).get("servers", {})
    return {
        inner["@id"]: (name, outer.get("match"), inner)
        for name, server in servers.items()
        for outer in server.get("routes", [])
        for handler in outer.get("handle", [])
        for inner in handler.get("routes", [])
        if "@id" in inner
    }


def _not_loaded(
    mark: str, wanted: Mapping[str, Any], present: Mapping[str, Any], *, asked: bool
) -> Iterable[str]:
    return [NOT_LOADED] if asked and present.get(mark) != wanted.get(mark) else []


def _moved(served: Served, ways: Ways | None) -> Iterable[str]:
    if ways is None or served.thing.away:
        return []
    instance = served.thing.instance
    try:
        address = address_of(*ways.way(instance, served.thing.target))
        blocked = ways.blocked(instance)
    except PartywallError:
        # The instance itself is absent or down, which is told about the instance.
        return []
    moved = f"leads to {served.upstream}, the instance is at {address}"
    return [*([] if address == served.upstream else [moved]), *([blocked] if blocked else [])]


def _entry(served: Served, *, running: bool, faults: Iterable[str]) -> Entry:
    return Entry(
        thing=served.thing,
        fingerprint=served.fingerprint,
        running=running,
        faults=tuple(faults),
    )
