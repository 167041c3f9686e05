"""What this machine's own firewall lets in, as far as the files say that it is set up by."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from partywall.model.errors import MachineFailed
from partywall.system.files import read_bytes

_UFW_ON = re.compile(r"^ENABLED=[\"']?yes\b", re.MULTILINE | re.IGNORECASE)
_UFW_RULE = re.compile(r"^### tuple ### (?:allow|limit) (?:tcp|any) (\S+) .*\bin\b", re.MULTILINE)
_OPENED = re.compile(r"<port\b[^>]*>")
_NFT_SHUT = re.compile(r"hook\s+input\b[^}]*?policy\s+drop", re.DOTALL)
_NFT_PORTS = re.compile(r"tcp\s+dport\s+(?:\{([^}]*)\}|(\S+))[^\n]*\baccept")
_IPTABLES = ("etc/iptables/rules.v4", "etc/sysconfig/iptables")
"""What is loaded at the start of Debian and its kin, and of Fedora and its kin."""
_IPTABLES_SHUT = re.compile(
    r"^(?::INPUT (?:DROP|REJECT)\b|-A INPUT -j (?:DROP|REJECT)\b)", re.MULTILINE
)
_IPTABLES_PORTS = re.compile(
    r"^-A INPUT\b[^\n]*-p tcp\b[^\n]*--dports? (\S+)[^\n]*-j ACCEPT\b", re.MULTILINE
)


class Closed(NamedTuple):
    """A firewall that does not let a port in."""

    firewall: str
    remedy: str


def closed(port: int, root: Path = Path("/")) -> Closed | None:
    """The firewall that keeps a TCP port shut; None when no file says that one does.

    Rules that stand in the kernel alone, and firewalls before the machine, are not seen.
    """
    return next((found for look in _LOOKS if (found := look(port, root))), None)


def _ufw(port: int, root: Path) -> Closed | None:
    if not _UFW_ON.search(_text(root / "etc/ufw/ufw.conf")):
        return None
    rules = _UFW_RULE.findall(_text(root / "etc/ufw/user.rules"))
    opened = any(_holds(rule, port) for rule in rules)
    return None if opened else Closed("ufw", f"`ufw allow {port}/tcp` opens it")


def _firewalld(port: int, root: Path) -> Closed | None:
    if not any((root / place).exists() for place in ("run/firewalld.pid", "run/firewalld")):
        return None
    zones = (root / "etc/firewalld/zones").glob("*.xml")
    opened = any(_holds(said, port) for zone in zones for said in _zone_ports(_text(zone)))
    words = f"`firewall-cmd --permanent --add-port={port}/tcp && firewall-cmd --reload` opens it"
    return None if opened else Closed("firewalld", words)


def _zone_ports(text: str) -> Iterator[str]:
    for tag in _OPENED.findall(text):
        said = dict(re.findall(r"(\w+)=\"([^\"]*)\"", tag))
        if said.get("protocol") == "tcp":
            yield said.get("port", "")


def _nftables(port: int, root: Path) -> Closed | None:
    text = _text(root / "etc/nftables.conf")
    if not _NFT_SHUT.search(text):
        return None
    rules = ["".join(found).replace(" ", "") for found in _NFT_PORTS.findall(text)]
    if any(_holds(rule, port) for rule in rules):
        return None
    return Closed("nftables", f"add `tcp dport {port} accept` to the chain in /etc/nftables.conf")


def _iptables(port: int, root: Path) -> Closed | None:
    for name in _IPTABLES:
        text = _text(root / name)
        shut = _IPTABLES_SHUT.search(text)
        if shut and not any(_holds(rule, port) for rule in _IPTABLES_PORTS.findall(text)):
            rule = f"INPUT -p tcp --dport {port} -j ACCEPT"
            words = f"`iptables -I {rule}` opens it; `-A {rule}` before the last one in /{name}"
            return Closed("iptables", f"{words} keeps it open")
    return None


def _holds(rule: str, port: int) -> bool:
    """Whether a port is in `80,443`, `8000:9000` or `8000-9000`; `any` is every port."""
    if rule == "any":
        return True
    for part in rule.split(","):
        first, _, last = part.replace("-", ":").partition(":")
        if first.isdecimal() and int(first) <= port <= int(last if last.isdecimal() else first):
            return True
    return False


def _text(path: Path) -> str:
    """Empty where it is not there or not ours to read."""
    with contextlib.suppress(MachineFailed):
        return (read_bytes(path) or b"").decode(errors="replace")
    return ""


_LOOKS: tuple[Callable[[int, Path], Closed | None], ...] = (
    _ufw,
    _firewalld,
    _nftables,
    _iptables,
)
