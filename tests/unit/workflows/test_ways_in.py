"""An environment that nobody can visit is not said to have an address."""

from __future__ import annotations

from typing import cast

from partywall.model.app import App, Role, Service
from partywall.workflows.project import Project
from partywall.workflows.ways_in import unanswered


class Read:
    """A project of which only the app matters."""

    def __init__(self, *services: Service) -> None:
        self._app = App(name="shop", folder="/", services={one.name: one for one in services})

    def apps(self, names: list[str]) -> dict[str, App]:
        return dict.fromkeys(names, self._app)


def why(*services: Service) -> str:
    return unanswered(cast("Project", Read(*services)), "dev")


def service(name: str, role: Role, *exposed: int) -> Service:
    return Service(name=name, role=role, why="", exposed=exposed)


def test_who_has_a_page_is_answered_for() -> None:
    assert why(service("web", Role.WEB, 80)) == ""


def test_the_likeliest_page_is_named() -> None:
    said = why(service("api", Role.APP), service("web", Role.WEB), service("db", Role.DATABASE, 1))
    assert said == (
        "nothing says on which port web listens; say in partywall.yaml "
        "`services: {web: {role: web, port: 8080}}`, with its port"
    )


def test_where_nothing_is_a_page_anybody_may_be() -> None:
    assert "{NAME: {role: web" in why(service("db", Role.DATABASE, 5432))
