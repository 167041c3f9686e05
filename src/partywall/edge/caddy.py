"""All fragments as the configuration of one side: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from partywall.edge.errors import ERRORS
from partywall.edge.fragment import Fragment
from partywall.edge.front import ASK
from partywall.edge.logging import access_log, logging
from partywall.edge.placing import Hosts, Placed, hidden, placed
from partywall.edge.settings import EdgeSettings, Tls, checked
from partywall.edge.site import NOINDEX, NOT_FOUND, VISITOR, Json, host_route, limit


def assemble(settings: EdgeSettings, fragments: Iterable[Fragment], side: str) -> bytes:
    """The whole configuration as JSON, indented for people.

    Raises:
        BadInput: when a route or the settings cannot be served.
        Refused: when two environments claim the same host and port.
    """
    return text_of(configuration(settings, fragments, side))


def text_of(config: Json) -> bytes:
    """A configuration as a file: indented for people, the same for the same objects."""
    return msgspec.json.format(msgspec.json.encode(config, order="sorted"), indent=1) + b"\n"


def configuration(settings: EdgeSettings, fragments: Iterable[Fragment], side: str) -> Json:
    """The whole configuration as plain objects; raises as `assemble` does."""
    ports = placed(checked(settings), sorted(fragments, key=lambda one: one.name))
    owners = {one.owner for hosts in ports.values() for routes in hosts.values() for one in routes}
    return {
        # Only the owner may speak to it; what Caddy saves by itself would hold hashes.
        "admin": {"listen": f"unix/{settings.admin(side)}|0200", "config": {"persist": False}},
        "logging": logging(settings.logs, side, owners),
        "storage": {"module": "file_system", "root": settings.storage},
        "apps": {"http": {"servers": _servers(settings, side, ports)}},
    }


def _servers(settings: EdgeSettings, side: str, ports: Mapping[int, Hosts]) -> Json:
    servers = {str(port): _server(settings, side, port, hosts) for port, hosts in ports.items()}
    if settings.tls == Tls.OFF:
        return servers
    redirects = [
        route
        for host, routes in sorted(ports[settings.main_port].items())
        for route in _redirect(settings, host, routes)
    ]
    known = sorted({host for hosts in ports.values() for host in hosts})
    servers[str(settings.http_port)] = {
        **_listen(settings, side, settings.http_port),
        "routes": [*redirects, *_known(settings, known), {"handle": [NOT_FOUND]}],
    }
    return servers


def _server(settings: EdgeSettings, side: str, port: int, hosts: Hosts) -> Json:
    names = {host: [access_log(routes[0].owner)] for host, routes in sorted(hosts.items())}
    return _listen(settings, side, port) | {
        "routes": [
            *limit(routes for each in hosts.values() for routes in each),
            *(host_route(host, routes) for host, routes in sorted(hosts.items())),
            {"handle": [NOT_FOUND]},
        ],
        "errors": ERRORS,
        "logs": {"logger_names": names, "skip_unmapped_hosts": True},
    }


def _listen(settings: EdgeSettings, side: str, port: int) -> Json:
    return {
        "listen": [f"unix/{settings.listener(side, port)}|0200"],
        "protocols": ["h1"],
        "automatic_https": {"disable": True},
        # Only the front can open the socket: what it says of the visitor's address is so.
        "trusted_proxies_unix": True,
        "client_ip_headers": [VISITOR],
    }


def _known(settings: EdgeSettings, hosts: list[str]) -> list[Json]:
    """What the front asks before it gets a certificate for a name."""
    if not hosts:
        return []
    return [
        {
            "match": [{"host": [settings.address], "path": [ASK], "query": {"domain": hosts}}],
            "handle": [{"handler": "static_response", "status_code": 200}],
            "terminal": True,
        }
    ]


def _redirect(settings: EdgeSettings, host: str, routes: list[Placed]) -> list[Json]:
    port = "" if settings.https_port == 443 else f":{settings.https_port}"
    answer = {
        "handler": "static_response",
        "status_code": 308,
        "headers": {"Location": ["https://{http.request.host}" + port + "{http.request.uri}"]},
    }
    led = {
        "match": [{"host": [host]}],
        "handle": [NOINDEX, answer] if hidden(routes) else [answer],
        "terminal": True,
    }
    shut = [{**one, "match": [{**one["match"][0], "host": [host]}]} for one in limit(routes)]
    return [*shut, led]
