"""Which networks of its environment a container is not in, though it should be; pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.engines.docker.understand import Inspected
from partywall.model.world import Entry, Key, name_of

_OTHER_WAYS = ("host", "none", "container:")
"""Modes of containers that are in no network of their own."""


def with_networks(entry: Entry, inspected: Inspected, present: Mapping[Key, str]) -> Entry:
    """What runs, with a fault for each network that it lost: nobody there reaches it any more.

    Args:
        entry: as its container alone tells it.
        inspected: that container.
        present: the networks that are there, by key, with their ids or names.
    """
    mode = str((inspected.get("HostConfig") or {}).get("NetworkMode") or "")
    if not entry.running or mode.startswith(_OTHER_WAYS):
        return entry
    networks = inspected["NetworkSettings"].get("Networks") or {}
    inside = {*networks, *(one.get("NetworkID") for one in networks.values())}
    faults = [
        f"it is in no network {name_of(need.key)}"
        for need in entry.thing.needs
        if "/network/" in need.key and present.get(need.key) not in inside
    ]
    return msgspec.structs.replace(entry, faults=(*entry.faults, *faults))
