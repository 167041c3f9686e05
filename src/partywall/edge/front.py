"""The front: it owns the ports and the certificates, and is never reloaded while they stay.

A load makes Caddy shut its servers down, and each connection whose request has not been read yet
is dropped with them. So what the world connects to is apart from what changes: the front hands
every request to one of two sides, and a change is loaded into the side that nobody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from partywall.edge.certificates import certificates
from partywall.edge.errors import ERRORS
from partywall.edge.fragment import address_of
from partywall.edge.logging import own_log
from partywall.edge.settings import CURRENT, EdgeSettings, Tls, checked
from partywall.edge.site import REFUSED, STREAM_CLOSE_DELAY, VISITOR, Json

ASK = "/.well-known/partywall/known"
"""Where a side says which names it answers for."""
_REPEATABLE = ["GET", "HEAD", "OPTIONS"]
"""What may be asked again without harm (RFC 9110, 9.2.1)."""


def front(settings: EdgeSettings, ports: Iterable[int]) -> Json:
    """The front's configuration for these ports; the edge's own ones are always there.

    Raises:
        BadInput: when the settings cannot be served.
    """
    every = {*ports, *settings.ports, settings.main_port, *_plain_ports(checked(settings))}
    http: Json = {
        "http_port": settings.http_port,
        "https_port": settings.https_port,
        "servers": {str(port): _server(settings, port) for port in sorted(every)},
    }
    ask = f"http://{address_of(settings.address, settings.http_port)}{ASK}"
    return {
        "admin": {"listen": f"unix/{settings.admin('front')}|0200", "config": {"persist": False}},
        "logging": own_log(),
        "storage": {"module": "file_system", "root": settings.storage},
        "apps": {"http": http, **({} if _plain(settings) else certificates(settings, ask))},
    }


def listened(config: Mapping[str, Any]) -> set[str]:
    """The addresses that a configuration listens on."""
    servers = config.get("apps", {}).get("http", {}).get("servers", {})
    return {address for server in servers.values() for address in server["listen"]}


def _plain(settings: EdgeSettings) -> bool:
    return settings.tls == Tls.OFF


def _plain_ports(settings: EdgeSettings) -> set[int]:
    """The ports that are answered without TLS although there is TLS."""
    return set() if _plain(settings) else {settings.http_port}


def _server(settings: EdgeSettings, port: int) -> Json:
    # No automatic HTTPS: its own redirects would know neither our ports nor unknown hosts.
    server: Json = {
        "listen": [address_of(address, port) for address in sorted(settings.bind)],
        "protocols": ["h1", "h2"],
        "automatic_https": {"disable": True},
        "routes": [{"handle": [_hand_over(settings, port)]}],
        "errors": ERRORS,
    }
    if settings.trusted:
        server["trusted_proxies"] = {"source": "static", "ranges": sorted(settings.trusted)}
        # The last address that no proxy has: those before it are the visitor's own words.
        server["trusted_proxies_strict"] = 1
    if not _plain(settings) and port not in _plain_ports(settings):
        server["tls_connection_policies"] = [{}]
    return server


def _hand_over(settings: EdgeSettings, port: int) -> Json:
    """A request goes to the present side over a connection of its own.

    A kept connection would lead to a side that was left, and be dropped when that one is loaded.
    None is kept, and the side is not told: a server that knows that a connection ends with its
    answer does not read what is still being sent (Go's `net/http`), and the front says 502 then.
    """
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"unix/{settings.listener(CURRENT, port)}"}],
        "transport": {
            "protocol": "http",
            "keep_alive": {"max_idle_conns_per_host": -1},
            "compression": False,
        },
        "headers": {"request": {"set": {VISITOR: ["{http.vars.client_ip}"]}}},
        "load_balancing": {
            "try_duration": "5s",
            "try_interval": "25ms",
            "retry_match": [{"method": _REPEATABLE}],
        },
        "handle_response": [
            {
                "match": {"headers": {REFUSED: ["yes"]}},
                "routes": [{"handle": [{"handler": "static_response", "abort": True}]}],
            }
        ],
        "stream_close_delay": STREAM_CLOSE_DELAY,
    }
