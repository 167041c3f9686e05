"""A second opinion on two rendered Compose files: none of the tool's own model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
_SECRET = re.compile(r"PASS|SECRET|TOKEN|_KEY$|_KEY_|DSN|CREDENTIAL", re.IGNORECASE)
_READ_BY_ALL = ("/etc/localtime", "/etc/timezone")
_EVERYWHERE = ("", "0.0.0.0", "::")


def load(folder: Path) -> Json:
    """What Compose would read in a unit's folder."""
    made: Json = yaml.safe_load((folder / "compose.yaml").read_text())
    return made


def shared(one: Json, other: Json) -> list[str]:
    """Everything that production and another environment would both lay a hand on."""
    found = [
        f"{kind}: {name}"
        for kind, of in (
            ("project", lambda made: {str(made["name"])}),
            ("volume", lambda made: set(_real_names(made, "volumes"))),
            ("network", lambda made: set(_real_names(made, "networks"))),
            ("container", _container_names),
            ("address", _addresses),
        )
        for name in sorted(of(one) & of(other))
    ]
    found += [f"bind: {path}" for path in sorted(_binds_at_odds(one, other))]
    found += [f"port: {port}" for port in sorted(_ports_at_odds(ports(one), ports(other)))]
    found += [f"names: {name}" for name in _named_elsewhere(one, other)]
    return found + [f"names: {name}" for name in _named_elsewhere(other, one)]


def same_secrets(one: Path, other: Path) -> list[str]:
    """The variables of two env files that look secret and have one value."""
    mine, theirs = _values(one), _values(other)
    known = set(theirs.values())
    return sorted(name for name, value in mine.items() if value and value in known)


def ports(made: Json) -> list[tuple[str, str, str]]:
    """Address, port and protocol of everything published on the host."""
    return [
        (str(port.get("host_ip", "")), str(port["published"]), str(port.get("protocol", "tcp")))
        for service in _services(made)
        for port in service.get("ports") or []
    ]


def climbing(made: Json) -> list[str]:
    """What no wall stands against: the engine's socket, the host, containers of others."""
    found = []
    for name, service in (made.get("services") or {}).items():
        sources = [str(one.get("source", "")) for one in service.get("volumes") or []]
        found += [f"{name}: {one}" for one in sources if one.endswith("docker.sock")]
        for key in ("network_mode", "pid", "ipc"):
            said = str(service.get(key) or "")
            found += [f"{name}: {key} {said}"] * (said == "host" or said.startswith("container:"))
        found += [f"{name}: external_links"] * bool(service.get("external_links"))
    return found + [
        f"{section}: {name} is external"
        for section in ("volumes", "networks")
        for name, one in (made.get(section) or {}).items()
        if (one or {}).get("external")
    ]


def unknown_names(made: Json) -> list[str]:
    """Volumes, networks and services that a service names and that the file does not have."""
    services = made.get("services") or {}
    volumes, networks = made.get("volumes") or {}, made.get("networks") or {}
    return [
        f"{name}: {what}"
        for name, service in services.items()
        for what, there in _named(service, volumes, networks, services)
        if not there
    ]


def _named(
    service: Json, volumes: Json, networks: Json, services: Json
) -> Iterator[tuple[str, bool]]:
    for mount in service.get("volumes") or []:
        if mount["type"] == "volume" and mount.get("source"):
            yield f"volume {mount['source']}", mount["source"] in volumes
    for network in service.get("networks") or {}:
        yield f"network {network}", network in networks
    kind, _, joined = str(service.get("network_mode") or "").partition(":")
    if kind == "service":
        yield f"the network of {joined}", joined in services


def _services(made: Json) -> Iterator[Json]:
    yield from (made.get("services") or {}).values()


def _real_names(made: Json, section: str) -> Iterator[str]:
    for key, one in (made.get(section) or {}).items():
        yield str((one or {}).get("name") or f"{made['name']}_{key}")


def _container_names(made: Json) -> set[str]:
    return {str(one["container_name"]) for one in _services(made) if one.get("container_name")}


def _addresses(made: Json) -> set[str]:
    found = set()
    for one in (made.get("networks") or {}).values():
        for pool in ((one or {}).get("ipam") or {}).get("config") or []:
            found.add(str(pool.get("subnet")))
    for service in _services(made):
        joined = service.get("networks")
        for said in joined.values() if isinstance(joined, Mapping) else ():
            found |= {str(v) for k, v in (said or {}).items() if k.endswith("_address")}
    return found


def _binds_at_odds(one: Json, other: Json) -> set[str]:
    """Nothing outside production (`other`) writes where production looks; reading is allowed."""
    return {
        path
        for path, _ in _binds(one)
        for there, writes in _binds(other)
        if writes and (_within(path, there) or _within(there, path))
    }


def _within(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


def _binds(made: Json) -> Iterator[tuple[str, bool]]:
    for service in _services(made):
        for mount in service.get("volumes") or []:
            if mount["type"] == "bind" and mount["source"] not in _READ_BY_ALL:
                yield mount["source"], not mount.get("read_only")
    for volume in (made.get("volumes") or {}).values():
        if device := ((volume or {}).get("driver_opts") or {}).get("device"):
            yield str(device), True


def _ports_at_odds(
    mine: list[tuple[str, str, str]], theirs: list[tuple[str, str, str]]
) -> set[str]:
    return {
        f"{port}/{protocol}"
        for host, port, protocol in mine
        for there, other, how in theirs
        if (port, protocol) == (other, how)
        and (host == there or host in _EVERYWHERE or there in _EVERYWHERE)
    }


def _named_elsewhere(one: Json, other: Json) -> list[str]:
    """Names that exist in one environment and occur anywhere in the other one's file."""
    names = {str(one["name"])} | _container_names(one)
    names |= set(_real_names(one, "volumes")) | set(_real_names(one, "networks"))
    text = yaml.safe_dump(other, width=10_000)
    return [
        name
        for name in sorted(names)
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text)
    ]


def _values(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value.strip("'\"") for name, _, value in lines if _SECRET.search(name)}
