"""A second opinion on two rendered Compose files: none of the tool's own model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
_SECRET = re.compile(r"PASS|SECRET|TOKEN|_KEY$|_KEY_|DSN|CREDENTIAL|_PWD$", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")
_READ_BY_ALL = ("/etc/localtime", "/etc/timezone")
_EVERYWHERE = ("", "0.0.0.0", "::")


def load(folder: Path) -> Json:
    """What Compose would make of a unit's folder: the env file's values in their places."""
    made: Json = _filled(yaml.safe_load((folder / "compose.yaml").read_text()), _values(folder))
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
            ("image", _images_made),
        )
        for name in sorted(of(one) & of(other))
    ]
    found += [f"bind: {path}" for path in sorted(_binds_at_odds(one, other))]
    found += [f"port: {port}" for port in sorted(_ports_at_odds(ports(one), ports(other)))]
    found += [f"names: {name}" for name in _named_elsewhere(one, other)]
    return found + [f"names: {name}" for name in _named_elsewhere(other, one)]


def same_secrets(one: Json, other: Json) -> list[str]:
    """What is secret in the first one and has a value that is anywhere in the second one."""
    known = "\n".join(_texts(other.get("services")))
    files = dict(_secret_files(other))
    # A user may be called like the password of production, and be in no danger.
    users, passwords = set(_plain_values(one)), {value for _, value in _secrets(other)}
    return sorted(
        {
            name
            for name, value in _secrets(one)
            if value in passwords or (value not in users and _stands_in(value, known))
        }
        | {name for name, value in _secret_files(one) if value in files.values()}
    )


def ports(made: Json) -> list[tuple[str, str, str]]:
    """Address, port and protocol of everything published on the host."""
    return [
        (str(port.get("host_ip", "")), str(port["published"]), str(port.get("protocol", "tcp")))
        for service in _services(made)
        for port in service.get("ports") or []
        if "published" in port
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
    return found


def outside(made: Json) -> list[str]:
    """The volumes and networks that were there before, by their real names."""
    return sorted(
        str(one.get("name") or name)
        for section in ("volumes", "networks")
        for name, one in (made.get(section) or {}).items()
        if (one or {}).get("external")
    )


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
        if protocol == how
        and (host == there or host in _EVERYWHERE or there in _EVERYWHERE)
        and _range(port) & _range(other)
    }


def _range(port: str) -> set[int]:
    first, _, last = port.partition("-")
    return set(range(int(first), int(last or first) + 1))


def _images_made(made: Json) -> set[str]:
    """Images that are built under one name from different sources: the later one wins."""
    return {
        str(one["image"])
        for one in _services(made)
        if one.get("build") and one.get("image") and ":" not in str(one["image"])
    }


def _named_elsewhere(one: Json, other: Json) -> list[str]:
    """Names that exist in one environment and occur anywhere in the other one's file."""
    names = {str(one["name"])} | _container_names(one)
    names |= set(_real_names(one, "volumes")) | set(_real_names(one, "networks"))
    # What the other one calls its own so is its own: real names are compared above.
    names -= {*(other.get("volumes") or {}), *(other.get("networks") or {})}
    text = "\n".join(_texts(other))
    return [
        name
        for name in sorted(names)
        # A name may go on: containers are called after their project.
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![A-Za-z0-9.])", text)
    ]


def _secrets(made: Json) -> Iterator[tuple[str, str]]:
    for service, said in (made.get("services") or {}).items():
        for name, value in (said.get("environment") or {}).items():
            text = str(value)
            for password in _IN_ADDRESS.findall(text):
                yield f"{service}.{name}", password
            if _SECRET.search(name) and not name.endswith(("_FILE", "_URL")) and len(text) > 5:
                yield f"{service}.{name}", text


def _plain_values(made: Json) -> Iterator[str]:
    for service in _services(made):
        for name, value in (service.get("environment") or {}).items():
            if not _SECRET.search(name):
                yield str(value)


def _secret_files(made: Json) -> Iterator[tuple[str, str]]:
    for name, one in (made.get("secrets") or {}).items():
        if file := one.get("file"):
            yield f"secrets.{name}", Path(file).read_text().strip()
        else:
            yield f"secrets.{name}", made["variables"].get(one.get("environment"), "")


def _stands_in(value: str, text: str) -> bool:
    """Whether it is there as a whole value, or as the password of an address."""
    exact = re.escape(value)
    return re.search(rf"(?m)^{exact}$|:{exact}@", text) is not None


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document, keys included."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


def _filled(document: Json, values: Mapping[str, str]) -> Json:
    def fill(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: fill(one) for key, one in value.items()}
        if isinstance(value, list):
            return [fill(one) for one in value]
        if isinstance(value, str):
            return re.sub(r"\$(?:\$|\{(\w+)\})", lambda m: values[m[1]] if m[1] else "$", value)
        return value

    return {**fill(document), "variables": dict(values)}


def _values(folder: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in (folder / ".env").read_text().splitlines())
    return {name: value.strip("'\"") for name, _, value in lines}
