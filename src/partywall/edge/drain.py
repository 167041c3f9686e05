"""Waiting until requests are over: of an upstream that is to stop, of a side that was left."""

from __future__ import annotations

import http.client
import time

from partywall.edge.admin import ask, words
from partywall.edge.home import EdgeHome
from partywall.edge.sides import FRONT, SIDES, current
from partywall.interfaces import Clock
from partywall.model.errors import MachineFailed
from partywall.system.decoding import decode

_PAUSE = 0.05
_SETTLE_SECONDS = 0.25
"""How long a side that was left may still have a connection whose request it has not read."""
_SETTLE_PAUSE = 0.01


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
    return sum(under_way(home, side).get(address, 0) for side in SIDES)


def settle(home: EdgeHome) -> None:
    """Wait until the idle side has read all that was sent to it before it was left.

    A load drops connections whose request is not read yet (Go's `net/http` does, when it shuts a
    server down); requests under way are answered to their end. A front that has no request under
    way has sent none that is unread.

    Raises:
        MachineFailed: when the front listens and does not say.
    """
    try:
        left = current(home).lstat().st_mtime
    except OSError:
        return
    while 0 <= time.time() - left < _SETTLE_SECONDS and under_way(home, FRONT):
        time.sleep(_SETTLE_PAUSE)


def under_way(home: EdgeHome, part: str) -> dict[str, int]:
    """How many requests a part has open to each upstream that has any; none when it is not running.

    Raises:
        MachineFailed: when it does not say.
    """
    answer = ask(home.settings.admin(part), "GET", "/reverse_proxy/upstreams")
    if answer is None:
        return {}
    status, body = answer
    if status != http.client.OK:
        raise MachineFailed(f"the edge does not say its upstreams: {words(body)}")
    upstreams = decode(body) or []
    return {one["address"]: one["num_requests"] for one in upstreams if one["num_requests"]}
