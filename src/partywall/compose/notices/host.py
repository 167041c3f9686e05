"""What a service has of the host, or of containers in no environment."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.compose.notices.seen import REFUSED, Seen
from partywall.model.app import Finding, Service

_NAMESPACES = frozenset({"host-namespace", "host-rights"})
_STRONG = frozenset(
    {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"}
)


def host(service: Service, seen: Seen) -> Iterator[Finding]:
    """Rights and devices of the host."""
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


def capabilities(service: Service, seen: Seen) -> Iterator[Finding]:
    """Rights that reach beyond a container."""
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


def reserved(service: Service, seen: Seen) -> Iterator[Finding]:
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


def foreigners(service: Service, seen: Seen) -> Iterator[Finding]:
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


def replicas(service: Service, seen: Seen) -> Iterator[Finding]:
    """How many containers it asks for, where each environment has one."""
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
