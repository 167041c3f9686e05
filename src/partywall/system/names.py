"""Whether a host name leads to this machine, asked of the resolver within a bounded time."""

from __future__ import annotations

import socket
import threading

import msgspec

SECONDS = 3.0
"""A resolver that does not answer keeps nobody longer."""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """Where a name leads."""

    here: bool | None
    """None: nobody could say."""
    why: str


def leads_here(name: str, seconds: float = SECONDS) -> Resolved:
    """Whether one of a name's addresses is this machine's own."""
    if name == "localhost" or name.endswith(".localhost"):
        return Resolved(here=True, why=f"{name} leads to this machine by itself (RFC 6761)")
    found: list[list[str] | None] = []
    # A resolver can take as long as it likes; a thread that nobody waits for does not matter.
    asking = threading.Thread(target=lambda: found.append(_addresses(name)), daemon=True)
    asking.start()
    asking.join(seconds)
    if not found:
        return Resolved(here=None, why=f"no answer about {name} within {seconds:g} s")
    return _understood(name, found[0])


def _understood(name: str, addresses: list[str] | None) -> Resolved:
    if not addresses:
        return Resolved(here=False, why=f"{name} has no address yet")
    own = [one for one in addresses if _is_own(one)]
    if own:
        return Resolved(here=True, why=f"{name} leads to {own[0]}, an address of this machine")
    return Resolved(
        here=None,
        why=f"{name} leads to {addresses[0]}, which this machine does not know as its own: "
        "another machine, or its address outside",
    )


def _addresses(name: str) -> list[str] | None:
    try:
        every = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return list(dict.fromkeys(str(one[4][0]) for one in every))


def _is_own(address: str) -> bool:
    """Only its own addresses can a machine bind."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
