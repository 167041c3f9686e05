"""Addresses on localhost at which visitors called so far, as an environment's own."""

from __future__ import annotations

import re
from typing import NamedTuple

from partywall.axes.ports import bypassing, routed
from partywall.compose.canonical import Definition
from partywall.compose.public import Public, is_customary, replaced
from partywall.model.app import App, Role

_ADDRESS = re.compile(
    r"(?<![\w.@/-])(?:(?P<scheme>https?|wss?)://)?(?:localhost|127\.0\.0\.1)(?::(?P<port>\d{2,5}))?"
    r"(?![\w:-]|\.\w)",
    re.IGNORECASE,
)
_OPEN_TO = re.compile(r"(?:\w+_)?(?:ALLOWED|TRUSTED)_(?:HOSTS|DOMAINS)", re.IGNORECASE)
"""Names of variables that list by which names the app may be called."""
_LISTED = re.compile(r"(?<![\w./@:-])(?P<quote>[\"']?)localhost(?P=quote)(?![\w.:/-])")
_INSIDE = re.compile(r"INTERNAL|PRIVATE|HEALTH|PROBE|LOCAL|LISTEN|BIND", re.IGNORECASE)
_BUILD = "build"


class Told(NamedTuple):
    """A variable that names an address on localhost."""

    service: str
    key: str
    """`environment` or `build`."""
    variable: str
    address: str
    instead: str
    """What it names now; empty: it is as it was, since nobody can prove what it means."""
    owner: str
    """The service that visitors called there."""


class _Page(NamedTuple):
    """What answers at a published port of the host."""

    service: str
    instead: str
    """Where the edge answers for it; empty: nowhere."""


class LocalAddresses:
    """What a port on localhost is called when the edge answers in its place."""

    def __init__(self, public: Public) -> None:
        self.told: list[Told] = []
        """Every variable that names such a port."""
        self._public = public
        self._pages: dict[str, _Page] = {}
        self._listening: dict[str, frozenset[int]] = {}
        self._visited = False

    def learn(self, app: App) -> None:
        """Find the pages and their ports."""
        ways = {one.name: self._way(route) for one, route in routed(app)}
        self._visited = "/" in {route for _, route in routed(app)}
        for service in app.services.values():
            kept = bypassing(app, service)
            for port in service.ports:
                if port.protocol != "tcp" or not port.published:
                    continue
                instead = "" if port in kept else ways.get(service.name, "")
                away = port not in kept or not self._public.is_production
                if away and (instead or service.role in (Role.WEB, Role.APP)):
                    self._pages[port.published] = _Page(service.name, instead)
            self._listening[service.name] = frozenset(service.exposed)
        for service in app.services.values():
            kind, _, host = str(service.definition.get("network_mode") or "").partition(":")
            if kind == "service":
                self._listening[service.name] |= self._listening.get(host, frozenset())

    def applied(self, service: str, said: Definition) -> Definition:
        """A service that is told where its own environment answers."""

        def variable(name: str, value: str) -> str:
            return self._value(service, "environment", name, value)

        def argument(name: str, value: str) -> str:
            return self._value(service, _BUILD, name, value)

        return replaced(said, variable, argument)

    def _way(self, route: str) -> str:
        scheme, _, rest = self._public.origin.partition("://")
        label = "" if route.startswith("/") else f"{route}."
        return f"{scheme}://{label}{rest}"

    def _value(self, service: str, key: str, name: str, value: str) -> str:
        if _OPEN_TO.fullmatch(name) and self._visited:
            return self._opened(service, key, name, value)

        def own(found: re.Match[str]) -> str:
            return self._own(found, Told(service, key, name, found[0], "", ""))

        return _ADDRESS.sub(own, value)

    def _opened(self, service: str, key: str, name: str, value: str) -> str:
        """A list of names with the environment's beside `localhost`, which health checks call."""
        domain = self._public.domain
        listed = _LISTED.search(value)
        if listed is None or re.search(rf"(?<![\w.-]){re.escape(domain)}(?![\w.-])", value):
            return value
        between = " " if " " in value.strip() and "," not in value else ","
        both = f"{listed[0]}{between}{listed['quote']}{domain}{listed['quote']}"
        self.told.append(Told(service, key, name, "localhost", domain, ""))
        return value[: listed.start()] + both + value[listed.end() :]

    def _own(self, found: re.Match[str], told: Told) -> str:
        scheme = (found["scheme"] or "").lower()
        port = found["port"] or {"http": "80", "https": "443"}.get(scheme, "")
        page = self._pages.get(port)
        if page is None or not (scheme or is_customary(told.variable)):
            return found[0]
        told = told._replace(owner=page.service)
        if not page.instead or not self._is_visitors(told, int(port)):
            if not _INSIDE.search(told.variable):
                self.told.append(told)
            return found[0]
        made = _spoken(scheme, page.instead)
        if made != found[0]:
            self.told.append(told._replace(instead=made))
        return made

    def _is_visitors(self, told: Told, port: int) -> bool:
        """Whether nothing but a browser can mean it: inside, nothing listens there.

        Where the service itself listens on a port of that number, only the variable's name tells.
        """
        inside = port in self._listening[told.service]
        return told.key == _BUILD or not inside or is_customary(told.variable)


def _spoken(scheme: str, address: str) -> str:
    """An address in the way that it was said: by a browser, by a socket, or as a host alone."""
    own, _, host = address.partition("://")
    if not scheme:
        return host
    return f"{own.replace('http', 'ws') if scheme.startswith('ws') else own}://{host}"
