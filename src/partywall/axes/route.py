"""Axis `route`: what tells two environments' addresses apart."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.axes.instance import key_of
from partywall.axes.ports import page, routed
from partywall.axes.site import EDGE, EDGE_SIDES, Environment, Site, own
from partywall.model.app import Condition, Role
from partywall.model.choices import RouteBy
from partywall.model.world import (
    COOKIE_MARK,
    AnyThing,
    BasicAuth,
    Instance,
    Need,
    Route,
    name_of,
)

_CADDY = "caddy:2"


def domain(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One edge for all, a host name per environment."""
    yield from edge(site)
    for service, where in routed(environment.app):
        label, path = ("", where) if where.startswith("/") else (f"{where}.", "/")
        instance = key_of(environment, service)
        yield Route(
            key=own(environment, "route", service.name),
            needs=(Need(EDGE), Need(instance, Condition.HEALTHY)),
            host=f"{label}{environment.domain}",
            port=0,
            path=path,
            instance=instance,
            target=page(service),
            auth=_auth(environment),
            robots=environment.production,
            allow=environment.allow,
        )


def port(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One edge and one host name for all, a port per environment.

    Browsers take no notice of ports where cookies are concerned (RFC 6265, 8.5), so those of every
    environment with a port of its own are marked with its name. Production has none, nor have
    previews, which have host names.
    """
    mark = f"{environment.name}{COOKIE_MARK}" if environment.port else ""
    for thing in domain(site, environment):
        if isinstance(thing, Route):
            yield msgspec.structs.replace(thing, port=environment.port, cookies=mark)
        else:
            yield thing


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


def _auth(environment: Environment) -> BasicAuth | None:
    if not environment.protected or environment.password is None:
        return None
    return BasicAuth(environment.user, environment.password)


OPTIONS = {RouteBy.DOMAIN: domain, RouteBy.PORT: port}
