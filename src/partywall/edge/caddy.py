"""All fragments as Caddy's one configuration: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from partywall.edge.certificates import certificates
from partywall.edge.fragment import Fragment, address_of
from partywall.edge.logging import access_log, logging
from partywall.edge.placing import Hosts, Placed, hidden, placed
from partywall.edge.settings import EdgeSettings, Tls, checked
from partywall.edge.site import NOINDEX, NOT_FOUND, Json, host_route

_DOWN = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not answering</title>
<h1>This site is not answering</h1>
<p>The application behind this address is down or still starting. Try again in a few seconds.</p>
</html>
"""
_ERRORS: Json = {
    "routes": [
        {
            "match": [{"vars": {"{http.error.status_code}": ["502", "503", "504"]}}],
            "handle": [
                # The visitor sees no reason, so the access log has to.
                {"handler": "log_append", "key": "error", "value": "{http.error.message}"},
                {
                    "handler": "static_response",
                    "status_code": "{http.error.status_code}",
                    "headers": {
                        "Content-Type": ["text/html; charset=utf-8"],
                        "Cache-Control": ["no-store"],
                        "Retry-After": ["5"],
                    },
                    "body": _DOWN,
                },
            ],
            "terminal": True,
        },
        {
            "handle": [
                {
                    "handler": "static_response",
                    "status_code": "{http.error.status_code}",
                    "headers": {"Content-Type": ["text/plain; charset=utf-8"]},
                    "body": "{http.error.status_code} {http.error.status_text}\n",
                }
            ]
        },
    ]
}


def assemble(settings: EdgeSettings, fragments: Iterable[Fragment]) -> bytes:
    """The whole configuration as JSON, indented for people.

    Raises:
        BadInput: when a route or the settings cannot be served.
        Refused: when two environments claim the same host and port.
    """
    text = msgspec.json.encode(configuration(settings, fragments), order="sorted")
    return msgspec.json.format(text, indent=1) + b"\n"


def configuration(settings: EdgeSettings, fragments: Iterable[Fragment]) -> Json:
    """The whole configuration as plain objects; raises as `assemble` does."""
    ports = placed(checked(settings), sorted(fragments, key=lambda one: one.name))
    owners = {one.owner for hosts in ports.values() for routes in hosts.values() for one in routes}
    names = {host for hosts in ports.values() for host in hosts}
    apps: Json = {
        "http": {
            "http_port": settings.http_port,
            "https_port": settings.https_port,
            "servers": _servers(settings, ports),
        }
    }
    if settings.tls != Tls.OFF:
        apps |= certificates(settings, names)
    return {
        # Only the owner may speak to it; what Caddy saves by itself would hold hashes.
        "admin": {"listen": f"unix/{settings.socket}|0200", "config": {"persist": False}},
        "logging": logging(settings.logs, owners),
        "storage": {"module": "file_system", "root": settings.storage},
        "apps": apps,
    }


def _servers(settings: EdgeSettings, ports: Mapping[int, Hosts]) -> Json:
    servers = {str(port): _server(settings, port, hosts) for port, hosts in ports.items()}
    if settings.tls == Tls.OFF:
        return servers
    redirects = [
        _redirect(settings, host, routes)
        for host, routes in sorted(ports[settings.main_port].items())
    ]
    servers[str(settings.http_port)] = {
        **_listen(settings, settings.http_port),
        "routes": [*redirects, {"handle": [NOT_FOUND]}],
    }
    return servers


def _server(settings: EdgeSettings, port: int, hosts: Hosts) -> Json:
    names = {host: [access_log(routes[0].owner)] for host, routes in sorted(hosts.items())}
    server = _listen(settings, port) | {
        "routes": [
            *(host_route(host, routes) for host, routes in sorted(hosts.items())),
            {"handle": [NOT_FOUND]},
        ],
        "errors": _ERRORS,
        "logs": {"logger_names": names, "skip_unmapped_hosts": True},
    }
    if settings.tls != Tls.OFF:
        server["tls_connection_policies"] = [{}]
    return server


def _listen(settings: EdgeSettings, port: int) -> Json:
    # No automatic HTTPS: its own redirects would know neither our ports nor unknown hosts.
    return {
        "listen": [address_of(address, port) for address in sorted(settings.bind)],
        "protocols": ["h1", "h2"],
        "automatic_https": {"disable": True},
    }


def _redirect(settings: EdgeSettings, host: str, routes: list[Placed]) -> Json:
    port = "" if settings.https_port == 443 else f":{settings.https_port}"
    answer = {
        "handler": "static_response",
        "status_code": 308,
        "headers": {"Location": ["https://{http.request.host}" + port + "{http.request.uri}"]},
    }
    return {
        "match": [{"host": [host]}],
        "handle": [NOINDEX, answer] if hidden(routes) else [answer],
        "terminal": True,
    }
