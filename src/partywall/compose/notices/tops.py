"""Volumes and networks that exist once, or are told what two could not both have."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.compose.canonical import Definition
from partywall.compose.notices.seen import Seen
from partywall.model.app import Finding


def tops(seen: Seen) -> Iterator[Finding]:
    """What is noticed of volumes and networks, each with the first service that uses it."""
    used = {
        mount.source: service.name
        for service in reversed(seen.app.services.values())
        for mount in service.mounts
        if mount.kind == "volume"
    }
    yield from _fixed(seen, "volume", seen.app.volumes, used)
    yield from _bound_volumes(seen, used)
    joined = {
        name: service.name
        for service in reversed(seen.app.services.values())
        for name in service.definition.get("networks") or ()
    }
    yield from _fixed(seen, "network", seen.app.networks, joined)
    yield from _particular(seen, joined)


def _fixed(
    seen: Seen, kind: str, listed: dict[str, Definition], users: dict[str, str]
) -> Iterator[Finding]:
    for key, one in listed.items():
        name = str(one.get("name") or "")
        where = seen.near.top(f"{kind}s", key) or seen.near.top(f"{kind}s")
        if one.get("external"):
            yield Finding(
                service=users.get(key, ""),
                kind=f"external-{kind}",
                what=f"the {kind} {name or key} is external: it is there before production",
                action=f"production uses it; each other environment gets a {kind} of its own",
                where=where,
            )
        elif name and name != f"{seen.app.name}_{key}":
            yield Finding(
                service=users.get(key, ""),
                kind=f"fixed-{kind}",
                what=f"the {kind} {key} has the fixed name {name}, which can exist once only",
                action=f"each environment gets a {kind} with a name of its own",
                where=where,
            )


def _bound_volumes(seen: Seen, users: dict[str, str]) -> Iterator[Finding]:
    for key, one in seen.app.volumes.items():
        device = str((one.get("driver_opts") or {}).get("device") or "")
        if device and not seen.is_own(device):
            yield Finding(
                service=users.get(key, ""),
                kind="bound-volume",
                what=f"the volume {key} lies in {device}",
                action=f"no two environments may have the same: {seen.own_folder(device)}",
                where=seen.near.top("volumes", key) or seen.near.top("volumes"),
            )


def _particular(seen: Seen, users: dict[str, str]) -> Iterator[Finding]:
    """What a network is told that two of its kind could not both have, or that we do not make."""
    for key, one in seen.app.networks.items():
        where = seen.near.top("networks", key) or seen.near.top("networks")
        if (one.get("ipam") or {}).get("config"):
            yield Finding(
                service=users.get(key, ""),
                kind="fixed-subnet",
                what=f"the network {key} has addresses of its own choice, which exist once only",
                action="each environment's network gets free addresses from the engine",
                where=where,
            )
        if one.get("driver_opts") or one.get("driver") not in (None, "", "bridge"):
            yield Finding(
                service=users.get(key, ""),
                kind="network-options",
                what=f"the network {key} has a driver or options of its own",
                action="left out: each environment gets an ordinary bridge",
                where=where,
            )
