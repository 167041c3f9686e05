"""What of a service's Compose definition is handed on to an engine that takes it as it is; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from partywall.model.app import Service

_OURS = frozenset({"container_name", "environment", "labels", "ports", "profiles", "scale"})
"""What would clash between environments, or is said by the instance itself: it is one container."""
_FIXED = frozenset({"ipv4_address", "ipv6_address", "mac_address", "link_local_ips"})
"""Addresses that only one environment could have."""
_HOME = ".partywall"
"""A folder, unlike everything else that is hidden."""
_NOTHING = "/dev/null"


def handed_on(
    service: Service, folder: str, settled: frozenset[str], hidden: Sequence[str] = ()
) -> dict[str, Any]:
    """The definition without what is each environment's own, seen from the project's folder.

    Args:
        service: the service.
        folder: the project's folder, absolute.
        settled: host paths, and names of volumes, that it may read and no more.
        hidden: host paths that it must not see, although a folder around them is bound.
    """
    made = {
        name: value
        for name, value in service.definition.items()
        if name not in _OURS and not name.startswith("x-") and value is not None
    }
    if isinstance(networks := made.get("networks"), Mapping):
        called = service.definition.get("container_name")
        made["networks"] = {name: _floating(one, called) for name, one in networks.items()}
    if volumes := made.get("volumes"):
        covers = [cover for one in volumes for cover in _covers(one, hidden)]
        made["volumes"] = [*(_mounted(one, folder, settled) for one in volumes), *covers]
    if isinstance(build := made.get("build"), Mapping):
        made["build"] = built(build, folder)
    if isinstance(deploy := made.get("deploy"), Mapping):
        made["deploy"] = {name: said for name, said in deploy.items() if name != "replicas"}
    return made


def built(build: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """How an image is built, its context seen from the project's folder."""
    context = build.get("context")
    if not isinstance(context, str):
        return dict(build)
    return {**build, "context": relative(context, folder)}


def relative(path: str, folder: str) -> str:
    """A path below the project's folder seen from there, so that the folder may move."""
    pure = PurePosixPath(path)
    if not pure.is_relative_to(folder):
        return path
    inner = str(pure.relative_to(folder))
    return inner if inner == "." else f"./{inner}"


def _floating(network: Any, called: str | None) -> dict[str, Any] | None:  # noqa: ANN401
    """What a service is in a network without a fixed address; its fixed name leads to it there."""
    said = network if isinstance(network, Mapping) else {}
    made = {name: value for name, value in said.items() if name not in _FIXED}
    if called:
        made["aliases"] = [*made.get("aliases", ()), called]
    return made or None


def _covers(mount: Mapping[str, Any], hidden: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Something empty over every hidden path below a bound folder."""
    if mount.get("type") != "bind":
        return
    source = PurePosixPath(str(mount.get("source", "")))
    for path in map(PurePosixPath, hidden):
        if path != source and path.is_relative_to(source):
            target = str(PurePosixPath(str(mount["target"])) / path.relative_to(source))
            if path.name == _HOME:
                yield {"type": "tmpfs", "target": target}
            else:
                yield {"type": "bind", "source": _NOTHING, "target": target, "read_only": True}


def _mounted(mount: Mapping[str, Any], folder: str, settled: frozenset[str]) -> dict[str, Any]:
    source = str(mount.get("source", ""))
    if mount.get("type") != "bind":
        return {**mount, "read_only": True} if source in settled else dict(mount)
    made = {**mount, "source": relative(source, folder)}
    return {**made, "read_only": True} if source in settled else made
