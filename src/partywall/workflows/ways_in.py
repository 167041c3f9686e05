"""Why an environment has no address, in words."""

from __future__ import annotations

from partywall.axes.ports import routed
from partywall.model.app import Role, Service
from partywall.workflows.project import Project

_PAGES = (Role.WEB, Role.APP, Role.EDGE)
"""Who is most likely meant, first."""


def unanswered(project: Project, name: str) -> str:
    """What nobody has said, so that the edge answers for nothing there; empty when it does.

    Raises:
        BadInput: when the app cannot be read.
    """
    app = project.apps([name])[name]
    if routed(app):
        return ""
    said = "say in partywall.yaml `services: {{{}: {{role: web, port: 8080}}}}`, with its port"
    silent = sorted(filter(_is_silent, app.services.values()), key=_likely)
    if not silent:
        return f"no service is known to serve pages; {said.format('NAME')}"
    first = silent[0].name
    return f"nothing says on which port {first} listens; {said.format(first)}"


def _is_silent(service: Service) -> bool:
    return service.role in _PAGES and not service.exposed


def _likely(service: Service) -> tuple[int, str]:
    return _PAGES.index(service.role), service.name
