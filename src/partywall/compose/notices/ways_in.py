"""Ways to a service: ports, names, networks, and proxies of the app's own."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.axes.ports import bypassing, routed
from partywall.compose.notices.seen import Seen
from partywall.model.app import Finding, Role, Service

_OPEN = (
    "no edge answers there: on Docker production keeps it as it is, and every other environment"
    " has none; services reach it by name"
)


def ports(service: Service, seen: Seen) -> Iterator[Finding]:
    """Ports of the host, which one environment can have."""
    kept = bypassing(seen.app, service)
    for port in service.ports:
        if not port.published:
            continue
        where = seen.near.service(service.name, "ports")
        bypasses = port in kept
        stored = service.role in (Role.DATABASE, Role.CACHE, Role.BROKER)
        said = f"port {port.published}" + ("/udp" if port.protocol == "udp" else "")
        if stored and port.host in ("", "0.0.0.0", "::"):  # noqa: S104  (found, not used)
            what = f"{said} opens a {service.role} to the whole network"
        else:
            what = f"{said} of the host can belong to one environment only"
        yield Finding(
            service=service.name,
            kind="host-port",
            what=what,
            action=_OPEN if bypasses else "it is not published; the edge answers in its place",
            where=where,
        )


def container_name(service: Service, seen: Seen) -> Iterator[Finding]:
    """A name that one container can have."""
    if fixed := service.definition.get("container_name"):
        yield Finding(
            service=service.name,
            kind="container-name",
            what=f"the fixed container name {fixed} can exist once only",
            action="each environment's container gets a name of its own",
            where=seen.near.service(service.name, "container_name"),
        )


def networks(service: Service, seen: Seen) -> Iterator[Finding]:
    """The host's network, another container's, and fixed addresses."""
    mode = str(service.definition.get("network_mode") or "")
    where = seen.near.service(service.name, "network_mode")
    if mode == "host":
        yield Finding(
            service=service.name,
            kind="host-network",
            what="it uses the host's network, where every environment meets",
            action="take `network_mode: host` out and list its ports",
            where=where,
        )
    elif mode.startswith("container:"):
        yield Finding(
            service=service.name,
            kind="joined-network",
            what=f"it lives in the network of another container ({mode})",
            action="name a service of this file instead, or give it a network of its own",
            where=where,
        )
    joined = service.definition.get("networks")
    for name, one in joined.items() if isinstance(joined, dict) else ():
        if isinstance(one, dict) and (one.get("ipv4_address") or one.get("ipv6_address")):
            yield Finding(
                service=service.name,
                kind="static-address",
                what=f"it has a fixed address in the network {name}",
                action="the address is left out; who is told it gets the service's name instead",
                where=seen.near.service(service.name, "networks"),
            )


def own_proxy(service: Service, seen: Seen) -> Iterator[Finding]:
    """A front door of the app's own that visitors do not come through."""
    led = routed(seen.app)
    if service.role is not Role.EDGE or any(one.name == service.name for one, _ in led):
        return
    to = " and ".join(f"{one.name} at {where}" for one, where in led) or "nothing"
    yield Finding(
        service=service.name,
        kind="own-proxy",
        what=f"it is a proxy of the app's own, and visitors are led past it, to {to}",
        action="say `route:` of services in partywall.yaml to lead visitors elsewhere, or to it",
        where=seen.near.service(service.name),
    )


def no_port(service: Service, seen: Seen) -> Iterator[Finding]:
    """A page without a port that is known."""
    if service.exposed or not (service.route or service.role is Role.WEB):
        return
    if service.route is None and routed(seen.app):
        return  # visitors reach it by way of another one
    yield Finding(
        service=service.name,
        kind="no-port",
        what="visitors shall reach it, but nothing says on which port it listens",
        action=f"say `services: {{{service.name}: {{port: 8080}}}}` in partywall.yaml",
        where=seen.near.service(service.name),
    )
