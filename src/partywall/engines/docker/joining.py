"""Which networks of its environment a container is not in, though it should be; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from partywall.engines.docker.understand import Inspected
from partywall.model.world import Entry, Key, name_of

_LODGED = "container:"
_OTHER_WAYS = ("host", "none", _LODGED)
"""Modes of containers that are in no network of their own."""
ALONE = "the container in whose network it lives is gone"


def with_networks(entry: Entry, inspected: Inspected, present: Mapping[Key, str]) -> Entry:
    """What runs, with a fault for each network that it lost: nobody there reaches it any more.

    Args:
        entry: as its container alone tells it.
        inspected: that container.
        present: the networks that are there, by key, with their ids or names.
    """
    if not entry.running or _mode(inspected).startswith(_OTHER_WAYS):
        return entry
    networks = inspected["NetworkSettings"].get("Networks") or {}
    inside = {*networks, *(one.get("NetworkID") for one in networks.values())}
    faults = [
        f"it is in no network {name_of(need.key)}"
        for need in entry.thing.needs
        if "/network/" in need.key and present.get(need.key) not in inside
    ]
    return msgspec.structs.replace(entry, faults=(*entry.faults, *faults))


def lodges(inspected: Inspected) -> bool:
    """Whether it runs in the network of another container."""
    return bool(inspected["State"].get("Running")) and _mode(inspected).startswith(_LODGED)


def lodges_nowhere(inspected: Inspected, ids: Collection[str]) -> bool:
    """Whether it runs in the network of a container that is none of these."""
    return lodges(inspected) and _mode(inspected).removeprefix(_LODGED) not in ids


def _mode(inspected: Inspected) -> str:
    return str((inspected.get("HostConfig") or {}).get("NetworkMode") or "")
