"""Public addresses of production in variables and build arguments, as another environment's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from partywall.compose.canonical import Definition
from partywall.model.app import Service

Change = Callable[[str, str], str]
"""Name and value → the value instead."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"(?<![\w.@-])(?:{_LABEL}\.)+[a-z]{{2,}}(?![\w-]|\.\w)", re.IGNORECASE)
_FRAMEWORK = r"(?:NEXT_PUBLIC_|NUXT_PUBLIC_|VITE_|REACT_APP_|EXPO_PUBLIC_|PUBLIC_)?"
_SUBJECT = (
    r"(?:PUBLIC|SITE|BASE|APP|ROOT|WEB|WEBSITE|FRONTEND|BACKEND|API|EXTERNAL|CANONICAL|SERVER|HOME)"
)
_PLACE = r"(?:URLS?|URI|ORIGINS?|DOMAINS?|DOMAIN_NAME|HOST|HOSTNAME|FQDN)"
_PUBLIC = re.compile(
    rf"{_FRAMEWORK}(?:{_SUBJECT}_){{0,3}}{_PLACE}"
    r"|(?:DJANGO_)?ALLOWED_HOSTS|CORS_(?:ALLOWED_)?ORIGINS?|CSRF_TRUSTED_ORIGINS"
    r"|VIRTUAL_HOST|LETSENCRYPT_HOST|SERVER_NAME"
)
"""Names of variables that customarily say where visitors find the app."""
_CALLED = re.compile(r"(?:NEXT)?AUTH_URL|(?:\w+_)?ROOT_URL|SITE_ROOT|SITE_ADDRESS")
"""Such names that are never a service's."""
_NOT_PUBLIC = re.compile(r"\.(?:local|internal|lan|invalid)$")
_RULE = re.compile(r"traefik\.https?\.routers\..*\.rule|caddy(?:_\d+)?", re.IGNORECASE)
"""Labels that tell a proxy which hosts lead to a service."""
_UNFILLED = re.compile(r"\.localhost$|(?:^|\.)example\.(?:com|net|org)$")
"""Hosts of files that nobody has filled in."""


class Public(msgspec.Struct, frozen=True, kw_only=True):
    """Where an environment answers, and where production does."""

    origin: str
    """Scheme, host and, where it is not the customary one, port: `https://dev.shop.example`."""
    domain: str
    production: str
    """Production's domain, as the settings have it."""
    is_production: bool = False
    """Whether it is production itself."""

    @property
    def by_port(self) -> bool:
        """Whether it is production's domain, and the port alone tells them apart."""
        return self.domain == self.production and not self.is_production

    @property
    def shown(self) -> str:
        """The address that people are told: the domain, with the port where that alone differs."""
        return self.origin.partition("://")[2] if self.by_port else self.domain


class Told(NamedTuple):
    """A variable that says something else than in production."""

    service: str
    variable: str
    host: str
    instead: str


class PublicAddresses:
    """What production's public hosts are called in another environment."""

    def __init__(self, public: Public) -> None:
        self.told: list[Told] = []
        """Every variable that names one of them."""
        self._public = public
        self._roots: tuple[str, ...] = ()

    def learn(self, services: Mapping[str, Definition]) -> None:
        """Find the hosts, by the names of the variables that say them."""
        found = {self._public.production}
        for said in services.values():
            for name, value in (*_pairs(said.get("environment")), *_pairs(_arguments(said))):
                if is_customary(name):
                    found |= set(map(str.lower, _HOST.findall(value)))
        public = self._public
        self._roots = roots(
            host
            for host in found
            if _is_public(host) and (public.by_port or not _is_below(host, public.domain))
        )

    def applied(self, service: str, said: Definition) -> Definition:
        """A service that is told where its own environment answers."""

        def own(name: str, value: str) -> str:
            return self._value(service, name, value)

        return replaced(said, own, own)

    def _value(self, service: str, name: str, value: str) -> str:
        for root in self._roots:
            made = rewritten(value, root, self._public)
            if made != value:
                self.told.append(Told(service, name, root, self._public.shown))
                value = made
        return value


def said(services: Iterable[Service]) -> dict[str, str]:
    """Where an app says that visitors find it → what says so, in words; pure."""
    found: dict[str, str] = {}
    for service in services:
        for name, value in _telling(service):
            for host in map(str.lower, _HOST.findall(value)):
                if _is_public(host) and not _UNFILLED.search(host):
                    found.setdefault(host, f"{name} of {service.name}")
    return {
        root: next(why for host, why in found.items() if _is_below(host, root))
        for root in roots(found)
    }


def _telling(service: Service) -> Iterator[tuple[str, str]]:
    arguments = _pairs((service.build or {}).get("args"))
    for name, value in (*service.environment.items(), *arguments):
        if _PUBLIC.fullmatch(name.upper()):
            yield name, value
    for name, value in service.labels.items():
        if _RULE.fullmatch(name):
            yield f"the label {name}", value


def is_customary(name: str) -> bool:
    """Whether a variable of this name customarily says where visitors find the app."""
    return any(one.fullmatch(name.upper()) for one in (_PUBLIC, _CALLED))


def replaced(said: Definition, variable: Change, argument: Change) -> Definition:
    """A service with other values for its variables and its build arguments; pure."""
    made = dict(said)
    if said.get("environment"):
        made["environment"] = _changed(said["environment"], variable)
    if _arguments(said):
        made["build"] = {**said["build"], "args": _changed(_arguments(said), argument)}
    return made


def _changed(said: Any, change: Change) -> Any:  # noqa: ANN401  (a mapping or a list)
    if isinstance(said, Mapping):
        return {
            name: change(str(name), value) if isinstance(value, str) else value
            for name, value in said.items()
        }
    split = [str(one).partition("=") for one in said]
    return [name + equals + change(name, value) for name, equals, value in split]


def roots(hosts: Iterable[str]) -> tuple[str, ...]:
    """What is one address: a host with those below it, or what several have in common; pure."""
    groups: dict[str, list[list[str]]] = {}
    for host in hosts:
        labels = host.split(".")
        groups.setdefault(".".join(labels[-2:]), []).append(labels[::-1])
    return tuple(sorted(".".join(_common(group)[::-1]) for group in groups.values()))


def _common(group: list[list[str]]) -> list[str]:
    columns = zip(*group, strict=False)
    return [column[0] for column in takewhile(lambda one: len(set(one)) == 1, columns)]


def rewritten(text: str, root: str, public: Public) -> str:
    """The text with a public host, and those below it, as the environment's own; pure.

    Addresses of mail stay: nobody receives it elsewhere.
    """
    scheme, _, rest = public.origin.partition("://")

    def own(found: re.Match[str]) -> str:
        host = f"{found['below']}{root}".lower()
        kind = (found["scheme"] or "").lower()
        spoken = scheme.replace("http", "ws") if kind.startswith("ws") else scheme
        if _is_below(host, public.domain):
            port = rest.removeprefix(public.domain)
            return f"{spoken}://{host}{port}" if kind and public.by_port else found[0]
        # `www` is but another name of the host itself.
        below = found["below"].lower().removeprefix("www.")
        if not kind:
            return f"{below}{public.domain}{found['port'] or ''}"
        return f"{spoken}://{below}{rest}"

    return re.sub(
        rf"(?:(?P<scheme>https?|wss?)://|(?<![\w.@-]))(?P<below>(?:{_LABEL}\.)*){re.escape(root)}"
        r"(?P<port>:\d+)?(?![\w-]|\.\w)",
        own,
        text,
        flags=re.IGNORECASE,
    )


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _arguments(said: Definition) -> Any:  # noqa: ANN401  (a mapping or a list)
    build = said.get("build")
    return build.get("args") if isinstance(build, Mapping) else None


def _pairs(said: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if isinstance(said, Mapping):
        yield from ((str(name), str(value)) for name, value in said.items() if value is not None)
    else:
        for one in said or ():
            name, _, value = str(one).partition("=")
            yield name, value


def _is_public(host: str) -> bool:
    return "." in host and not _NOT_PUBLIC.search(host)
