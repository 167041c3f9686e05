"""Which of this machine's addresses an address list lets in, as the edge reads it; pure."""

from __future__ import annotations

import ipaddress

from partywall.model.world import Route
from partywall.proof.edge import Door

_CALLED_FROM = {
    "0.0.0.0": "127.0.0.1",  # noqa: S104  (compared, not used)
    "localhost": "127.0.0.1",
    "::": "::1",
}
_FURTHER = ("127.0.0.2", "127.77.77.77")
"""Any address of 127.0.0.0/8 is this machine's (RFC 1122, 3.2.1.3)."""


def kept_out(door: Door, route: Route) -> str:
    """Why this machine cannot call an address; empty when it can."""
    mine = _mine(door)
    if not route.allow or _listed(route, mine):
        return ""
    return (
        f"`allow` does not name {mine}, from which this machine calls; with it in the list "
        f"{route.host} could be tried"
    )


def stranger(door: Door, route: Route) -> str:
    """An address of this machine that is not listed; empty when all that can be tried are."""
    mine = _mine(door)
    further = _FURTHER if mine.startswith("127.") else ()
    return next((one for one in (mine, *further) if not _listed(route, one)), "")


def _mine(door: Door) -> str:
    """What this machine calls its own address from."""
    return _CALLED_FROM.get(door.address, door.address)


def _listed(route: Route, address: str) -> bool:
    caller = ipaddress.ip_address(address)
    return any(caller in ipaddress.ip_network(one, strict=False) for one in route.allow)
