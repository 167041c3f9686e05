"""Service names and container paths in texts, replaced by what they are on this machine; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from partywall.engines.embedded.allocations import Address

_PORT_NAME = re.compile(r"(?P<stem>.*?)_?PORT$")
_HOSTLY = re.compile(
    r"HOST|SERVER|ADDR|ENDPOINT|UR[LI]|UPSTREAM|NODE|BROKER|DSN|CONN|PROXY|BACKEND", re.IGNORECASE
)
_HOST_NAMES = ("HOST", "HOSTNAME", "SERVER", "ADDRESS", "ADDR", "")


def localise(
    environment: Mapping[str, str], hosts: Mapping[str, Address], paths: Mapping[str, str]
) -> dict[str, str]:
    """Variables as a program on this machine needs them.

    Args:
        environment: variables as Compose gave them.
        hosts: service name → its address.
        paths: container path → host path, for every mount.
    """
    moved = _moved_ports(environment, hosts)
    return {
        name: moved.get(name) or in_text(value, hosts, paths, bare=bool(_HOSTLY.search(name)))
        for name, value in environment.items()
    }


def in_text(
    text: str, hosts: Mapping[str, Address], paths: Mapping[str, str], *, bare: bool = False
) -> str:
    """One text with service names and container paths replaced.

    A name counts as a host where only a host can stand: after `//` or `@`, before `:port`, or as
    `host=name`; and, when the variable is named like one (`bare`), as an item by itself.
    """
    for name, address in hosts.items():
        if name in text:
            text = _host_in(text, name, address, bare=bare)
    for inside, outside in sorted(paths.items(), key=lambda item: -len(item[0])):
        if text == inside or text.startswith(f"{inside.rstrip('/')}/"):
            return outside + text[len(inside.rstrip("/")) :]
    return text


def _host_in(text: str, name: str, address: Address, *, bare: bool) -> str:
    pattern = re.compile(
        rf"(?P<before>^|//|@|host=|[,;|\s'\"]){re.escape(name)}"
        r"(?P<port>:[0-9]+)?(?P<after>$|(?=[/,;|?#\s'\")]))"
    )

    def replace(match: re.Match[str]) -> str:
        port = match["port"]
        sure = port or match["before"] in ("//", "@", "host=")
        if not (sure or bare):
            return match[0]
        if port:
            inner = int(port[1:])
            return f"{match['before']}{address.host}:{address.ports.get(inner, inner)}"
        moved = [f":{used}" for asked, used in address.ports.items() if asked != used]
        in_url = match["before"] in ("//", "@")
        return f"{match['before']}{address.host}{moved[0] if moved and in_url else ''}"

    return pattern.sub(replace, text)


def _moved_ports(environment: Mapping[str, str], hosts: Mapping[str, Address]) -> dict[str, str]:
    """`X_PORT` beside `X_HOST: service`, where that service has another port than it asked for."""
    moved = {}
    for name, value in environment.items():
        match = _PORT_NAME.match(name)
        if match is None or not value.isdecimal():
            continue
        siblings = (f"{match['stem']}_{host}".strip("_") for host in _HOST_NAMES)
        service = next((environment[s] for s in siblings if environment.get(s) in hosts), None)
        used = hosts[service].ports.get(int(value)) if service else None
        if used is not None and used != int(value):
            moved[name] = str(used)
    return moved
