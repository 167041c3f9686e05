"""Which services the edge answers for, and which ports of the host it does not stand for; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partywall.model.app import App, Port, Role, Service

_WEB = frozenset({"80", "443"})
_OF_AN_EDGE = frozenset({80, 443, 8080, 8443})
"""Where a proxy in a container listens for browsers."""
_FRONTS = ("web", "www", "frontend", "front", "site", "app", "ui", "client")
_TLS = frozenset({443, 8443})
_MAIL = frozenset({25, 110, 143, 465, 587, 993, 995, 4190})
_DATA = frozenset({1433, 1521, 3306, 5432, 6379, 9042, 11211, 27017})
_BROKERS = frozenset({1883, 4222, 5672, 8883, 9092})
_NO_PAGES = _MAIL | _DATA | _BROKERS | {21, 22, 53, 853}
"""Ports on which no browser calls: a forge has its ssh below its pages."""
_LABELS = re.compile(r"traefik\.|caddy(?:_\d+)?(?:\.|$)")


def routed(app: App) -> list[tuple[Service, str]]:
    """The services that the edge answers for, each with its path or its host label.

    Where no service says `route`, the first page is at `/`; further ones and a file vault have
    hosts of their own.
    A proxy of the app's own is led to where nothing else answers, and where it has a way of its own
    through the app and speaks plain HTTP, as behind another proxy.
    """
    every = app.services.values()
    services = [service for service in every if service.exposed]
    said = [(service, service.route) for service in services if service.route is not None]
    if said:
        return said
    able = [one for one in services if any(_pages(one))]
    labelled = any(map(_LABELS.match, (name for one in able for name in one.labels)))
    doors = [] if labelled else [one for one in able if _is_door(one)]
    if len(doors) == 1:
        return [(doors[0], "/")]
    # Only the app's own proxy knows the way to a page whose port nobody else does.
    hidden = any(one.role is Role.WEB and not one.exposed for one in every)
    return _customary(able, hidden=hidden)


def page(service: Service) -> int:
    """The port on which browsers call a routed service: its first, except for what serves none."""
    return next(_pages(service), service.exposed[0])


def _pages(service: Service) -> Iterator[int]:
    """What is opened by UDP as well is a protocol of its own, as of name servers and games."""
    other = {port.target for port in service.ports if port.protocol == "udp" and not _quic(port)}
    return (port for port in service.exposed if port not in _NO_PAGES | other)


def _quic(port: Port) -> bool:
    """Whether it is there for HTTP/3."""
    return port.published == "443" or port.target == 443


def _is_door(service: Service) -> bool:
    """Whether it is a proxy with files that say where to lead, and without certificates."""
    targets = {port.target for port in service.ports if port.protocol == "tcp"}
    binds = [mount for mount in service.mounts if mount.kind == "bind"]
    told = service.build is not None or bool(binds) or bool(service.attachments)
    engine = any(mount.source.endswith("docker.sock") for mount in binds)
    plain = bool(targets & _OF_AN_EDGE) and not targets & _TLS
    return service.role is Role.EDGE and plain and told and not engine


def bypassing(app: App, service: Service) -> tuple[Port, ...]:
    """The ports of the host that a service has and the edge does not answer for."""
    pages = {page(one) for one, _ in routed(app) if one.name == service.name}
    if service.role is Role.EDGE:
        pages |= _OF_AN_EDGE
    if not pages:
        return service.ports
    return tuple(port for port in service.ports if not _answered(port, pages))


def _answered(port: Port, pages: set[int]) -> bool:
    """HTTP/3 is on the same port by UDP."""
    if port.published in _WEB:
        return True
    return port.protocol == "tcp" and port.target in pages


def _customary(services: list[Service], *, hidden: bool) -> list[tuple[Service, str]]:
    pages = [service for service in services if service.role is Role.WEB]
    apps = [service for service in services if service.role is Role.APP]
    files = [service for service in services if service.role is Role.FILES]
    edges = [service for service in services if service.role is Role.EDGE]
    behind = edges or apps if hidden else apps or edges
    able = sorted(pages or behind, key=_front)
    if pages:
        able = _of_the_app(pages, apps) + able
    others = able[1:] if pages else []
    return [(service, "/") for service in able[:1]] + [
        (service, service.name) for service in (*others, *files)
    ]


def _of_the_app(pages: list[Service], apps: list[Service]) -> list[Service]:
    """What people came for, where the pages beside it are tools that ask nothing of the app."""
    if any(one.depends_on or one.name in _FRONTS for one in pages):
        return []
    return [
        one
        for one in apps
        if one.ports and one.depends_on and one.name.rpartition("-")[2] in ("server", "app")
    ]


def _front(service: Service) -> tuple[int, bool]:
    """By which name people would look for the first page; sorting keeps the order of equals."""
    known = _FRONTS.index(service.name) if service.name in _FRONTS else len(_FRONTS)
    return known, not service.ports
