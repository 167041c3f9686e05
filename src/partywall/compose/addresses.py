"""Fixed addresses of services, which no environment keeps, as the names that stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from partywall.compose.bound import files_read
from partywall.compose.canonical import Definition
from partywall.model.app import Finding
from partywall.system.files import read_bytes

_TOLD = ("environment", "command", "entrypoint", "healthcheck")
_NEEDS_ADDRESS = ("dns", "extra_hosts")
"""Where a name would not do."""


class _Owner(NamedTuple):
    service: str
    network: str


def followed(services: Mapping[str, Definition]) -> dict[str, Definition]:
    """The services, told a name wherever they were told a fixed address of their own networks."""
    owners = _owners(services)
    return {name: _told(one, _near(one, services, owners)) for name, one in services.items()}


def left(services: Mapping[str, Definition]) -> Iterator[Finding]:
    """Where a fixed address stands that cannot be followed."""
    owners = _owners(services)
    for path in files_read(services) if owners else ():
        text = (read_bytes(path) or b"").decode(errors="replace")
        for address in sorted(owners):
            if _whole(address).search(text):
                yield _finding(owners[address].service, f"the file {path}", address)
    for name, said in services.items():
        for key in _NEEDS_ADDRESS:
            for address in sorted(owners):
                if _whole(address).search(str(said.get(key) or "")):
                    yield _finding(owners[address].service, f"`{key}` of {name}", address)


def _finding(service: str, place: str, address: str) -> Finding:
    return Finding(
        service=service,
        kind="address-kept",
        what=f"its fixed address {address}, which no environment keeps, stands in {place}",
        action=f"say the name {service} there",
    )


def _owners(services: Mapping[str, Definition]) -> dict[str, _Owner]:
    found = {}
    for name, said in services.items():
        joined = said.get("networks")
        for network, one in joined.items() if isinstance(joined, Mapping) else ():
            if isinstance(one, Mapping) and one.get("ipv4_address"):
                found[str(one["ipv4_address"])] = _Owner(name, str(network))
    return found


def _near(
    said: Definition, services: Mapping[str, Definition], owners: Mapping[str, _Owner]
) -> dict[str, str]:
    """Address → service, of those in the same networks."""
    host = str(said.get("network_mode") or "").removeprefix("service:")
    joined = services.get(host, said).get("networks") or ("default",)
    return {address: one.service for address, one in owners.items() if one.network in joined}


def _told(said: Definition, names: Mapping[str, str]) -> Definition:
    changed = {key: _renamed(said[key], names) for key in _TOLD if names and said.get(key)}
    return {**said, **changed}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401  (any YAML)
    if isinstance(value, Mapping):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, str):
        for address, name in names.items():
            value = _whole(address).sub(name, value)
    return value


def _whole(address: str) -> re.Pattern[str]:
    """The address, no part of a longer one and no network's (`10.0.0.0/8`)."""
    return re.compile(rf"(?<![\d.]){re.escape(address)}(?!\d|\.\d|/\d)")
