"""Where an environment answers visitors."""

from __future__ import annotations

from base64 import b64encode

from partywall.model.world import Route, World, environment_of
from partywall.workflows.matrix.visitors import Question
from partywall.workflows.project import Project


def front(world: World, environment: str) -> Route | None:
    """The address at which people begin; None for an app without addresses."""
    every = [one for one in world.things() if isinstance(one, Route)]
    mine = [one for one in every if environment_of(one.key) == environment]
    return min(mine, key=lambda one: (one.path != "/", len(one.host), one.key), default=None)


def question(project: Project, route: Route) -> Question:
    """What a visitor asks there who knows the password."""
    environment = environment_of(route.key)
    port = project.ports.own.get(environment) or project.ports.http
    said = ""
    if route.auth is not None:
        secret = project.store.value(environment, route.auth.password).reveal()
        said = f"Basic {b64encode(f'{route.auth.user}:{secret}'.encode()).decode()}"
    return Question(
        port=port,
        host=f"{route.host}:{port}",
        path=route.path,
        authorization=said,
        address=project.edge.settings.bind[0],
    )


def questions(project: Project, world: World) -> dict[str, Question]:
    """Environment → how it is asked, for all that have an address."""
    fronts = {name: front(world, name) for name in project.settings.environments}
    return {name: question(project, route) for name, route in fronts.items() if route is not None}
