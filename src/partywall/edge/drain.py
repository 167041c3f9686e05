"""Waiting until an upstream has no requests left, before it is stopped."""

from __future__ import annotations

import http.client

import msgspec

from partywall.edge.admin import ask, words
from partywall.edge.home import EdgeHome
from partywall.edge.sides import SIDES
from partywall.interfaces import Clock
from partywall.model.errors import MachineFailed

_PAUSE = 0.05


def drained(home: EdgeHome, address: str, *, clock: Clock, seconds: float) -> bool:
    """Wait until no request is under way to `host:port`; False when time ran out.

    Take its route away first. Open websockets count as requests.

    Raises:
        MachineFailed: when the edge does not say.
    """
    deadline = clock.now() + seconds
    while requests_under_way(home, address):
        if clock.now() >= deadline:
            return False
        clock.sleep(_PAUSE)
    return True


def requests_under_way(home: EdgeHome, address: str) -> int:
    """How many requests the edge has open to `host:port`; none when the edge is not running.

    Raises:
        MachineFailed: when the edge does not say.
    """
    return sum(_under_way(home.settings.admin(side), address) for side in SIDES)


def _under_way(socket: str, address: str) -> int:
    answer = ask(socket, "GET", "/reverse_proxy/upstreams")
    if answer is None:
        return 0
    status, body = answer
    if status != http.client.OK:
        raise MachineFailed(f"the edge does not say its upstreams: {words(body)}")
    upstreams = msgspec.json.decode(body) or []
    return sum(one["num_requests"] for one in upstreams if one["address"] == address)
