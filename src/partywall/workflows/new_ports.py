"""Ports that an edge which answers already does not listen on yet: taking one is never silent.

The edge takes every port that the settings name when it starts, also for environments that do not
stand yet, and keeps it; so this is about environments that came into the settings later.
"""

from __future__ import annotations

from collections.abc import Iterator

from partywall.edge.load import further_ports
from partywall.model.errors import Refused
from partywall.model.plan import Plan
from partywall.model.world import Route, World, environment_of
from partywall.workflows.project import Project


def check(project: Project, desired: World, scope: str | None) -> None:
    """See that what is done for one environment does not load the front, which others stand behind.

    Raises:
        Refused: naming the port.
    """
    if scope is None:
        return
    for port in _new(project, desired, scope):
        raise Refused(
            f"the edge does not listen on port {port} yet, and a request to another environment "
            "may fail while it begins to",
            where=project.settings.where("environments", scope, "port"),
            remedy="`partywall up` without a name does it, once",
        )


def notes(project: Project, plan: Plan) -> Iterator[str]:
    """What an edge that runs begins to listen on."""
    made = World.of(step.after.thing for step in plan.steps if step.after is not None)
    if new := _new(project, made):
        yield (
            f"the edge begins to listen on {', '.join(map(str, new))}: a request that arrives at "
            "that moment, to any environment, may fail"
        )


def _new(project: Project, world: World, scope: str | None = None) -> list[int]:
    """The ports of routes that a running front does not have yet."""
    routes = (thing for thing in world.things() if isinstance(thing, Route))
    wanted = {one.port for one in routes if scope in (None, environment_of(one.key))} - {0}
    there = further_ports(project.edge) if wanted else None
    return [] if there is None else sorted(wanted - there)
