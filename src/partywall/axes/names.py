"""The names by which one service may call another besides that one's own."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.model.app import App, Role, Service

_DEFAULT = "default"


def other_names(app: App, service: Service) -> dict[str, str]:
    """Name → service, as it holds for `service`: a link of its own first, a host name last.

    What several services claim belongs to the first of them; service names are never in it.
    """
    links = dict(_links(service))
    found: dict[str, str] = {}
    for alias, name in (*links.items(), *_claims(app, service)):
        other = app.services.get(name)
        # An edge is ours, and the names that it is given are addresses for visitors.
        if other is not None and other.role not in (Role.EDGE, Role.JOB):
            found.setdefault(alias, name)
    return {alias: name for alias, name in sorted(found.items()) if alias not in app.services}


def _links(service: Service) -> Iterator[tuple[str, str]]:
    for link in service.definition.get("links") or ():
        name, _, alias = str(link).partition(":")
        yield alias or name, name


def _claims(app: App, service: Service) -> Iterator[tuple[str, str]]:
    joined = _networks(service)
    for claim in (_aliases, _container_name, _hostname):
        for name, other in sorted(app.services.items()):
            shared = _networks(other).keys() & joined.keys()
            yield from ((alias, name) for alias in claim(other, shared))


def _aliases(service: Service, networks: set[str]) -> Iterator[str]:
    for name, said in sorted(_networks(service).items()):
        if name in networks and isinstance(said, dict):
            yield from map(str, said.get("aliases") or ())


def _container_name(service: Service, networks: set[str]) -> Iterator[str]:
    if networks and service.definition.get("container_name"):
        yield str(service.definition["container_name"])


def _hostname(service: Service, networks: set[str]) -> Iterator[str]:
    """One with a dot is what the service calls itself towards the world, and stays."""
    name = str(service.definition.get("hostname") or "")
    if networks and name and "." not in name:
        yield name


def _networks(service: Service) -> dict[str, object]:
    said = service.definition.get("networks") or {_DEFAULT: None}
    return dict(said) if isinstance(said, dict) else dict.fromkeys(map(str, said))
