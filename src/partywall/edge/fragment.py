"""One environment's part of the edge: its routes with their upstreams and password hashes."""

from __future__ import annotations

import ipaddress
import re

import msgspec

from partywall.model.errors import BadInput
from partywall.model.world import COOKIE_MARK, ENVIRONMENT_NAME, Route

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()+,;=:@-]+/?)*\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_UPSTREAM = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\]):[0-9]{1,5}\Z")
_HASH = re.compile(r"\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}\Z")
_MARK = re.compile(rf"{ENVIRONMENT_NAME.pattern}{COOKIE_MARK}\Z")
_USER = re.compile(r"[^\s:{}\x00-\x1f\x7f]{1,100}\Z")


class Served(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A route as the edge serves it."""

    thing: Route
    fingerprint: str
    upstream: str = ""
    """`address:port` where the instance answers; empty while its environment is away."""
    hash: str = ""
    """The bcrypt hash of the password, when the route asks for one."""


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """All routes of one environment of one project."""

    project: str
    environment: str
    routes: tuple[Served, ...] = ()
    version: int = 1

    @property
    def name(self) -> str:
        """What its files are called; an environment's name holds no dot."""
        return f"{self.project}.{self.environment}"

    def with_route(self, served: Served) -> Fragment:
        """The same fragment with this route in place of its former self."""
        rest = self.without(served.thing.key).routes
        routes = tuple(sorted((*rest, served), key=lambda one: one.thing.key))
        return msgspec.structs.replace(self, routes=routes)

    def without(self, key: str) -> Fragment:
        """The same fragment without the route of this key."""
        routes = tuple(served for served in self.routes if served.thing.key != key)
        return msgspec.structs.replace(self, routes=routes)

    def find(self, key: str) -> Served | None:
        """The route of this key."""
        return next((served for served in self.routes if served.thing.key == key), None)


def host_of(route: Route) -> str:
    """A route's host as names are compared: lower case, without the root's dot."""
    return route.host.lower().removesuffix(".")


def path_of(route: Route) -> str:
    """A route's path without the slash at its end; the whole host is empty."""
    return route.path.rstrip("/")


def address_of(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check(fragment: Fragment) -> None:
    """See that nothing in a fragment could mean something else to Caddy (`*`, `{…}`).

    Raises:
        BadInput: naming the route.
    """
    if not _NAME.match(fragment.project):
        raise BadInput(f"`{fragment.project}` cannot name a project at the edge")
    if not ENVIRONMENT_NAME.fullmatch(fragment.environment):
        raise BadInput(f"`{fragment.environment}` cannot name an environment at the edge")
    for served in fragment.routes:
        _check_route(served)


def _check_route(served: Served) -> None:
    route = served.thing
    if not _HOST.match(host_of(route)):
        raise _bad(route, f"`{route.host}` is not a host name")
    if not _PATH.match(route.path) or ".." in route.path:
        raise _bad(route, f"`{route.path}` is not a path prefix")
    if not 0 <= route.port <= 65535:
        raise _bad(route, f"{route.port} is not a port")
    if not route.away and not _UPSTREAM.match(served.upstream):
        raise _bad(route, f"`{served.upstream}` is not an address with a port")
    if route.cookies and not _MARK.match(route.cookies):
        raise _bad(route, f"`{route.cookies}` cannot mark cookies")
    for network in route.allow:
        _check_network(route, network)
    _check_auth(served)


def _check_auth(served: Served) -> None:
    route = served.thing
    if route.auth is None:
        return
    if not _USER.match(route.auth.user):
        raise _bad(route, "the user name is empty or holds a space, a colon or a brace")
    if not _HASH.match(served.hash):
        raise _bad(route, "it asks for a password and has no bcrypt hash of one")


def _check_network(route: Route, network: str) -> None:
    try:
        ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise _bad(route, f"`{network}` is not an address or a network") from error


def _bad(route: Route, what: str) -> BadInput:
    return BadInput(
        f"the route {route.key} cannot be served: {what}", remedy="correct it in partywall.yaml"
    )
