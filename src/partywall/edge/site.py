"""One host's routes as Caddy's JSON: who may come in, what is told to robots, where it goes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from partywall.edge.cookies import cookies
from partywall.edge.errors import AWAY
from partywall.edge.fragment import Served, path_of
from partywall.edge.placing import Placed, hidden

Json = dict[str, Any]

NOINDEX: Json = {
    "handler": "headers",
    "response": {"set": {"X-Robots-Tag": ["noindex, nofollow"]}},
}
NOT_FOUND: Json = {
    "handler": "static_response",
    "status_code": 404,
    "headers": {"Content-Type": ["text/plain; charset=utf-8"]},
    "body": "404 Not Found\n",
}
_ROBOTS: Json = {
    "match": [{"path": ["/robots.txt"]}],
    "handle": [
        {
            "handler": "static_response",
            "status_code": 200,
            "headers": {"Content-Type": ["text/plain; charset=utf-8"]},
            "body": "User-agent: *\nDisallow: /\n",
        }
    ],
    "terminal": True,
}
_FORGEABLE = [
    "Forwarded",
    "Proxy",
    "True-Client-Ip",
    "X-Client-Ip",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Scheme",
    "X-Forwarded-Server",
    "X-Forwarded-Ssl",
    "X-Original-Url",
    "X-Real-Ip",
    "X-Rewrite-Url",
]
"""What apps believe of a proxy and Caddy itself does not replace."""
STREAM_CLOSE_DELAY = "24h"
"""Otherwise every load, also one for another environment, cuts all open websockets."""


def host_route(host: str, routes: list[Placed]) -> Json:
    """Everything that one host answers; what no route claims is 404."""
    longest_first = sorted(routes, key=lambda one: (-len(path_of(one.served.thing)), one.identity))
    inner = [*limit(routes), *(path_route(placed) for placed in longest_first)]
    if hidden(routes):
        inner = [{"handle": [NOINDEX]}, *inner, _ROBOTS]
    return {
        "match": [{"host": [host]}],
        "handle": [{"handler": "subroute", "routes": [*inner, {"handle": [NOT_FOUND]}]}],
        "terminal": True,
    }


def path_route(placed: Placed) -> Json:
    """One route: a path prefix, which the upstream sees too."""
    route = placed.served.thing
    path = path_of(route)
    inner: list[Json] = [_allow(route.allow)] if route.allow else []
    if not route.robots:
        inner += [{"handle": [NOINDEX]}, *([] if path else [_ROBOTS])]
    auth = [_auth(placed)] if route.auth else []
    led = [*auth, *cookies(route.cookies), _proxy(placed.served)]
    inner.append({"handle": [AWAY] if route.away else led})
    return {
        "@id": placed.identity,
        **({"match": [{"path": [path, f"{path}/*"]}]} if path else {}),
        "handle": [{"handler": "subroute", "routes": inner}],
        "terminal": True,
    }


REFUSED = "Partywall-Refused"
"""By this header a side tells the front to close the connection without an answer."""
VISITOR = "Partywall-Visitor"
"""By this header the front tells a side who calls; whatever a visitor says there is replaced."""


def limit(routes: Iterable[Placed]) -> list[Json]:
    """What keeps strangers from everything, where all routes are for the same networks."""
    said = {tuple(sorted(placed.served.thing.allow)) for placed in routes}
    common = said.pop() if len(said) == 1 else ()
    return [_allow(common)] if common else []


def _allow(networks: Iterable[str]) -> Json:
    ranges = sorted(str(ipaddress.ip_network(network, strict=False)) for network in networks)
    return {
        "match": [{"not": [{"client_ip": {"ranges": ranges}}]}],
        "handle": [
            {"handler": "static_response", "status_code": 403, "headers": {REFUSED: ["yes"]}}
        ],
        "terminal": True,
    }


def _auth(placed: Placed) -> Json:
    auth = placed.served.thing.auth
    assert auth is not None  # noqa: S101  (the caller has looked)
    account = {"username": auth.user, "password": placed.served.hash}
    return {
        "handler": "authentication",
        "providers": {
            "http_basic": {
                "accounts": [account],
                "hash": {"algorithm": "bcrypt"},
                "hash_cache": {},
                "realm": placed.environment,
            }
        },
    }


def _proxy(served: Served) -> Json:
    ours = ["Authorization"] if served.thing.auth else []
    port = served.thing.port
    known = {"set": {"X-Forwarded-Port": [str(port)]}} if port else {}
    forged = [name for name in _FORGEABLE if not port or name != "X-Forwarded-Port"]
    headers: Json = {"request": {"delete": sorted([*ours, *forged, VISITOR]), **known}}
    if not served.thing.robots:
        # Two answers on one question would leave the choice to the robot.
        headers["response"] = {"delete": ["X-Robots-Tag"]}
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": served.upstream}],
        "headers": headers,
        "stream_close_delay": STREAM_CLOSE_DELAY,
    }
