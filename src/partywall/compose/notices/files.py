"""Files of the host that a service is given, and secrets that stand in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from partywall.compose.bound import is_configuration
from partywall.compose.envfiles import is_secret
from partywall.compose.notices.seen import Seen
from partywall.model.app import Finding, Service
from partywall.model.secret import PLACEHOLDER

_ENGINE_FILES = ("/var/run/docker.sock", "/run/docker.sock", "/var/run/podman/podman.sock")
_ENGINE_DATA = "/var/lib/docker"
_OF_THE_MACHINE = ("/etc/localtime", "/etc/timezone")


def literal_secrets(service: Service, seen: Seen) -> Iterator[Finding]:
    """Secrets that are written down for every environment."""
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


def mounts(service: Service, seen: Seen) -> Iterator[Finding]:
    """Files and folders of the host that it may write to, or that hold more than its own."""
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
        elif not seen.is_own(mount.source):
            yield Finding(
                service=service.name,
                kind="bound-folder",
                what=f"it may write to {mount.source} on the host",
                action="no two environments may have the same: "
                + seen.own_folder(mount.source, mount.target),
                where=where,
            )


def seen_secrets(service: Service, seen: Seen) -> Iterator[Finding]:
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


def _holds_engine(path: str) -> bool:
    if path.endswith(("/docker.sock", "/podman.sock")):
        return True
    return path != "/" and any(PurePosixPath(one).is_relative_to(path) for one in _ENGINE_FILES)


def _holds_data(path: str) -> bool:
    """Whether volumes of every environment are in a folder of the host."""
    pure = PurePosixPath(path)
    return pure.is_relative_to(_ENGINE_DATA) or PurePosixPath(_ENGINE_DATA).is_relative_to(pure)
