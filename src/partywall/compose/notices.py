"""What two environments of one Compose file would trip over, and what is done about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import msgspec

from partywall.axes.ports import bypassing, routed
from partywall.compose.bound import is_configuration
from partywall.compose.canonical import Definition
from partywall.compose.envfiles import is_secret
from partywall.compose.place import Sources
from partywall.model.app import App, Finding, Role, Service
from partywall.model.secret import PLACEHOLDER
from partywall.planning.folders import apart

EXTERNAL = "external-attachment"
REFUSED = frozenset(
    {
        "host-network",
        "joined-network",
        "docker-socket",
        "host-namespace",
        "host-files",
        "external-link",
        "joined-volumes",
        "no-container",
        EXTERNAL,
    }
)
"""Kinds of findings that no wall can stand against; `action` is then what the user can do."""

_OPEN = (
    "no edge answers there: on Docker production keeps it as it is, and every other environment"
    " has none; services reach it by name"
)
_ENGINE_FILES = ("/var/run/docker.sock", "/run/docker.sock", "/var/run/podman/podman.sock")
_ENGINE_DATA = "/var/lib/docker"
_NAMESPACES = frozenset({"host-namespace", "host-rights"})
_STRONG = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"}
)
_OF_THE_MACHINE = ("/etc/localtime", "/etc/timezone")


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
                what=f"{name} has its value written down, for every environment",
                action=f"on Docker others than production get another one; better, move it to the"
                f" env files: {name}: ${{{name}}}",
                where=seen.near.service(service.name, "environment", name),
            )


def _ports(service: Service, seen: Seen) -> Iterator[Finding]:
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
                action="the address is left out; who is told it gets the service's name instead",
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
        ("gpus", "device", "it uses devices of the host, which environments then share"),
        ("userns_mode", "host-rights", "its root is the root of the host"),
        ("uts", "host-rights", "it has the name of the host, and could change it"),
        ("cgroup", "host-rights", "it sees the limits of every environment"),
        ("pid", "host-namespace", "it sees the processes of the host or of a foreign container"),
        ("ipc", "host-namespace", "it shares memory with the host or with a foreign container"),
    ):
        value = service.definition.get(key)
        if not value or (kind in _NAMESPACES and not _foreign(str(value))):
            continue
        yield Finding(
            service=service.name,
            kind=kind,
            what=what,
            action=f"take `{key}` out" if kind in REFUSED else "kept; the wall cannot hold it",
            where=seen.near.service(service.name, key),
        )


def _capabilities(service: Service, seen: Seen) -> Iterator[Finding]:
    said = {
        str(one).upper().removeprefix("CAP_") for one in service.definition.get("cap_add") or ()
    }
    if strong := sorted(said & _STRONG):
        yield Finding(
            service=service.name,
            kind="host-rights",
            what=f"it has the rights {', '.join(strong)}, which reach beyond a container",
            action="kept; the wall cannot hold it",
            where=seen.near.service(service.name, "cap_add"),
        )


def _foreign(namespace: str) -> bool:
    """Whether it is shared with what is no service of the file."""
    return namespace == "host" or namespace.startswith("container:")


def _reserved(service: Service, seen: Seen) -> Iterator[Finding]:
    """Devices that are asked for by the way of `deploy`."""
    deploy = service.definition.get("deploy") or {}
    reserved = ((deploy.get("resources") or {}).get("reservations") or {}).get("devices")
    if reserved:
        yield Finding(
            service=service.name,
            kind="device",
            what="it reserves devices of the host, which environments then share",
            action="kept; the wall cannot hold it",
            where=seen.near.service(service.name, "deploy"),
        )


def _foreigners(service: Service, seen: Seen) -> Iterator[Finding]:
    """Containers that are in no environment."""
    for link in service.definition.get("external_links") or ():
        yield Finding(
            service=service.name,
            kind="external-link",
            what=f"it is linked to {link}, a container outside of every environment",
            action="take `external_links` out, and make that a service of this file",
            where=seen.near.service(service.name, "external_links"),
        )
    for source in service.definition.get("volumes_from") or ():
        if str(source).startswith("container:"):
            yield Finding(
                service=service.name,
                kind="joined-volumes",
                what=f"it has the volumes of {source}, outside of every environment",
                action="name a service of this file instead, or mount volumes of its own",
                where=seen.near.service(service.name, "volumes_from"),
            )
    if "host-gateway" in str(service.definition.get("extra_hosts") or ""):
        yield Finding(
            service=service.name,
            kind="host-gateway",
            what="it calls the host itself, where every environment meets",
            action="kept; what listens on all addresses of the host is open to it",
            where=seen.near.service(service.name, "extra_hosts"),
        )


def _own_proxy(service: Service, seen: Seen) -> Iterator[Finding]:
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


def _holds_engine(path: str) -> bool:
    if path.endswith(("/docker.sock", "/podman.sock")):
        return True
    return path != "/" and any(PurePosixPath(one).is_relative_to(path) for one in _ENGINE_FILES)


def _holds_data(path: str) -> bool:
    """Whether volumes of every environment are in a folder of the host."""
    pure = PurePosixPath(path)
    return pure.is_relative_to(_ENGINE_DATA) or PurePosixPath(_ENGINE_DATA).is_relative_to(pure)


def _mounts(service: Service, seen: Seen) -> Iterator[Finding]:
    for mount in service.mounts:
        where = seen.near.service(service.name, "volumes")
        if mount.kind == "bind" and _holds_engine(mount.source):
            yield Finding(
                service=service.name,
                kind="docker-socket",
                what="it holds the engine's socket and so every container of every environment",
                action="take the socket out, or run this service outside of the environments",
                where=where,
            )
        elif mount.kind == "bind" and _holds_data(mount.source):
            yield Finding(
                service=service.name,
                kind="host-files",
                what=f"it sees {mount.source} of the host, with the data of every environment",
                action="mount less, or run this service outside of the environments",
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
                action=f"no two environments may have the same: {_own_folder(seen, mount.source)}",
                where=where,
            )


def _seen_secrets(service: Service, seen: Seen) -> Iterator[Finding]:
    """Folders in which secrets of other environments are."""
    for mount in service.mounts:
        source = PurePosixPath(mount.source or "/")
        found = [path for path in seen.app.hidden if PurePosixPath(path).is_relative_to(source)]
        if mount.kind == "bind" and found:
            names = ", ".join(sorted(PurePosixPath(path).name for path in found))
            alone = str(source) in found
            yield Finding(
                service=service.name,
                kind="bound-secrets",
                what=f"it has {mount.source}, with secrets of other environments: {names}",
                action="mount it in production alone, or a file per environment"
                if alone
                else f"on Docker {seen.environment} sees nothing in their place",
                where=seen.near.service(service.name, "volumes"),
            )


def _own_folder(seen: Seen, path: str) -> str:
    """What to do, with the path as the Compose file would have it."""
    folder = PurePosixPath(seen.app.folder)
    near = PurePosixPath(path).is_relative_to(folder)
    said = f"./{PurePosixPath(path).relative_to(folder)}" if near else path
    return apart("." if said == "./." else said, seen.environment or "dev")


def _is_own(seen: Seen, path: str) -> bool:
    """Whether a path has the environment's name in it, and so is another one in each."""
    name = seen.environment
    return (
        bool(name) and re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", path) is not None
    )


def _replicas(service: Service, seen: Seen) -> Iterator[Finding]:
    deploy = service.definition.get("deploy") or {}
    key = "deploy" if deploy.get("replicas") is not None else "scale"
    asked = str(deploy.get("replicas") if key == "deploy" else service.definition.get("scale", 1))
    where = seen.near.service(service.name, key)
    if asked == "0":
        yield Finding(
            service=service.name,
            kind="no-container",
            what="it is to run in no container at all",
            action="give it `profiles: [off]` instead of no replicas",
            where=where,
        )
    elif asked != "1":
        yield Finding(
            service=service.name,
            kind="replicas",
            what=f"it is to run in {asked} containers",
            action="each environment has one; let the program itself start as many workers",
            where=where,
        )


def _no_port(service: Service, seen: Seen) -> Iterator[Finding]:
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
        if device and not _is_own(seen, device):
            yield Finding(
                service=users.get(key, ""),
                kind="bound-volume",
                what=f"the volume {key} lies in {device}",
                action=f"no two environments may have the same: {_own_folder(seen, device)}",
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


_RULES: tuple[Callable[[Service, Seen], Iterator[Finding]], ...] = (
    _literal_secrets,
    _ports,
    _container_name,
    _networks,
    _host,
    _capabilities,
    _reserved,
    _foreigners,
    _own_proxy,
    _mounts,
    _seen_secrets,
    _replicas,
    _no_port,
)
