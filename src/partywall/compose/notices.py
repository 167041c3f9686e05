"""What two environments of one Compose file would trip over, and what is done about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from partywall.compose.bound import is_configuration
from partywall.compose.canonical import Definition
from partywall.compose.envfiles import is_secret
from partywall.compose.place import Sources
from partywall.model.app import App, Finding, Role, Service
from partywall.model.secret import PLACEHOLDER

EXTERNAL = "external-attachment"
REFUSED = frozenset(
    {
        "host-network",
        "joined-network",
        "docker-socket",
        "host-namespace",
        EXTERNAL,
    }
)
"""Kinds of findings that no wall can stand against; `action` is then what the user can do."""

_OF_THE_MACHINE = ("/etc/localtime", "/etc/timezone")
_OWN_FOLDER = "put ${PARTYWALL_ENVIRONMENT} into its name, or use a named volume"


class Seen(msgspec.Struct, frozen=True):
    """What the rules look at."""

    app: App
    near: Sources
    environment: str = ""


def notices(app: App, near: Sources, environment: str = "") -> tuple[Finding, ...]:
    """Everything noticed, in the order of the services."""
    seen = Seen(app, near, environment)
    found = [
        one for service in app.services.values() for rule in _RULES for one in rule(service, seen)
    ]
    return (*found, *_tops(seen))


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stand against a wall."""
    return [one for one in findings if one.kind in REFUSED]


def _literal_secrets(service: Service, seen: Seen) -> Iterator[Finding]:
    for name, value in service.environment.items():
        if is_secret(name, value) and not PLACEHOLDER.search(value) and "${" not in value:
            yield Finding(
                service=service.name,
                kind="literal-secret",
                what=f"{name} has its value written down, the same in every environment",
                action=f"move it to the env files: {name}: ${{{name}}}",
                where=seen.near.service(service.name, "environment", name),
            )


def _ports(service: Service, seen: Seen) -> Iterator[Finding]:
    for port in service.ports:
        if not port.published:
            continue
        where = seen.near.service(service.name, "ports")
        inside = "the edge answers in its place"
        stored = service.role in (Role.DATABASE, Role.CACHE, Role.BROKER)
        if stored and port.host in ("", "0.0.0.0", "::"):  # noqa: S104  (found, not used)
            what = f"port {port.published} opens a {service.role} to the whole network"
            inside = "services reach it by name"
        else:
            what = f"port {port.published} of the host can belong to one environment only"
        yield Finding(
            service=service.name,
            kind="host-port",
            what=what,
            action=f"it is not published; {inside}",
            where=where,
        )


def _container_name(service: Service, seen: Seen) -> Iterator[Finding]:
    if fixed := service.definition.get("container_name"):
        yield Finding(
            service=service.name,
            kind="container-name",
            what=f"the fixed container name {fixed} can exist once only",
            action="each environment's container gets a name of its own",
            where=seen.near.service(service.name, "container_name"),
        )


def _networks(service: Service, seen: Seen) -> Iterator[Finding]:
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
                action="the address is left out; services call each other by name",
                where=seen.near.service(service.name, "networks"),
            )


def _host(service: Service, seen: Seen) -> Iterator[Finding]:
    for key, kind, what in (
        (
            "privileged",
            "privileged",
            "it is privileged: it can climb over any wall on this machine",
        ),
        ("devices", "device", "it uses devices of the host, which environments then share"),
        ("pid", "host-namespace", "it sees the processes of the host"),
        ("ipc", "host-namespace", "it shares memory with the host"),
    ):
        value = service.definition.get(key)
        if not value or (kind == "host-namespace" and value != "host"):
            continue
        yield Finding(
            service=service.name,
            kind=kind,
            what=what,
            action=f"take `{key}` out" if kind in REFUSED else "kept; the wall cannot hold it",
            where=seen.near.service(service.name, key),
        )


def _mounts(service: Service, seen: Seen) -> Iterator[Finding]:
    for mount in service.mounts:
        where = seen.near.service(service.name, "volumes")
        if mount.kind == "bind" and mount.source.endswith(("/docker.sock", "/podman.sock")):
            yield Finding(
                service=service.name,
                kind="docker-socket",
                what="it holds the engine's socket and so every container of every environment",
                action="take the socket out, or run this service outside of the environments",
                where=where,
            )
        elif mount.kind != "bind" or mount.read_only or mount.source in _OF_THE_MACHINE:
            continue
        elif is_configuration(mount):
            yield Finding(
                service=service.name,
                kind="bound-file",
                what=f"it may write to {mount.source}, which configures every environment",
                action="outside production it is mounted read-only",
                where=where,
            )
        elif not _is_own(seen, mount.source):
            yield Finding(
                service=service.name,
                kind="bound-folder",
                what=f"it may write to {mount.source} on the host",
                action=f"no two environments may have the same: {_OWN_FOLDER}",
                where=where,
            )


def _is_own(seen: Seen, path: str) -> bool:
    """Whether a path has the environment's name in it, and so is another one in each."""
    name = seen.environment
    return (
        bool(name) and re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", path) is not None
    )


def _no_port(service: Service, seen: Seen) -> Iterator[Finding]:
    if service.exposed or not (service.route or service.role is Role.WEB):
        return
    yield Finding(
        service=service.name,
        kind="no-port",
        what="visitors shall reach it, but nothing says on which port it listens",
        action=f"say `services: {{{service.name}: {{port: 8080}}}}` in partywall.yaml",
        where=seen.near.service(service.name),
    )


def _tops(seen: Seen) -> Iterator[Finding]:
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


def _fixed(
    seen: Seen, kind: str, listed: dict[str, Definition], users: dict[str, str]
) -> Iterator[Finding]:
    for key, one in listed.items():
        name = str(one.get("name") or "")
        where = seen.near.top(f"{kind}s", key)
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
        if device and not _is_own(seen, device):
            yield Finding(
                service=users.get(key, ""),
                kind="bound-volume",
                what=f"the volume {key} lies in {device}",
                action=f"no two environments may have the same: {_OWN_FOLDER}",
                where=seen.near.top("volumes", key),
            )


_RULES: tuple[Callable[[Service, Seen], Iterator[Finding]], ...] = (
    _literal_secrets,
    _ports,
    _container_name,
    _networks,
    _host,
    _mounts,
    _no_port,
)
