"""Axis `route`: what tells two environments' addresses apart."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.instance import key_of
from partywall.axes.site import EDGE, EDGE_SIDES, Environment, Site, own
from partywall.model.app import Condition, Role, Service
from partywall.model.choices import RouteBy
from partywall.model.world import AnyThing, BasicAuth, Instance, Need, Route, name_of

_CADDY = "caddy:2"


def domain(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One edge for all, a host name per environment."""
    yield from edge(site)
    for service, where in routed(environment):
        label, path = ("", where) if where.startswith("/") else (f"{where}.", "/")
        instance = key_of(environment, service)
        yield Route(
            key=own(environment, "route", service.name),
            needs=(Need(EDGE), Need(instance, Condition.HEALTHY)),
            host=f"{label}{environment.domain}",
            port=0,
            path=path,
            instance=instance,
            target=service.exposed[0],
            auth=_auth(environment),
            robots=environment.production,
        )


def edge(site: Site) -> Iterable[Instance]:
    """The Caddy in front of every environment, and the two sides that know the routes in turn.

    A side that nobody asks takes a change in; then it answers instead of the other.
    """
    for key in EDGE_SIDES:
        yield Instance(key=key, service=name_of(key), role=Role.EDGE, image=_CADDY)
    yield Instance(
        key=EDGE,
        needs=tuple(Need(key) for key in EDGE_SIDES),
        service="edge",
        role=Role.EDGE,
        image=_CADDY,
        ports=site.edge_ports,
        settings=dict(site.edge),
    )


def routed(environment: Environment) -> list[tuple[Service, str]]:
    """The services that the edge answers for, each with its path or its host label.

    Where no service says `route`, the page is at `/` and a file vault has a host of its own.
    """
    services = [service for service in environment.app.services.values() if service.exposed]
    said = [(service, service.route) for service in services if service.route is not None]
    return said or _customary(services)


def _customary(services: list[Service]) -> list[tuple[Service, str]]:
    pages = [service for service in services if service.role is Role.WEB]
    apps = [service for service in services if service.role is Role.APP]
    files = [service for service in services if service.role is Role.FILES]
    first = (pages or apps)[:1]
    return [(service, "/") for service in first] + [(service, service.name) for service in files]


def _auth(environment: Environment) -> BasicAuth | None:
    if not environment.protected or environment.password is None:
        return None
    return BasicAuth(environment.user, environment.password)


OPTIONS = {RouteBy.DOMAIN: domain}
