"""Lines of the settings that have no effect at the chosen point of the space: never silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partywall.compose.settings import EnvironmentSettings
from partywall.model.choices import DatabaseWall, LimitsBy, Source
from partywall.model.errors import BadInput

if TYPE_CHECKING:
    from partywall.workflows.project import Project


def refuse(project: Project, said: EnvironmentSettings) -> None:
    """Refuse what is said of an environment, or of services, and means nothing here.

    Raises:
        BadInput: for the first such line, with the option that gives it a meaning.
    """
    point, database = project.choices, f"`database: {project.choices.database.value}`"
    here = ("environments", said.name)
    if said.branch and point.source is Source.ONE:
        raise _idle(
            project,
            (*here, "branch"),
            f"`branch: {said.branch}` has no effect: all environments have the one checkout",
            "say `architecture: branches`, or `source: branch`",
        )
    if said.limits and point.limits is LimitsBy.NONE:
        raise _idle(
            project,
            (*here, "limits"),
            f"the limits of {said.name} have no effect: with `limits: none` nobody has a budget",
            "lay `limits` over the architecture (`architecture: dual + limits`), or say "
            "`limits: budget`",
        )
    if point.database is DatabaseWall.SCHEMA:
        return
    if said.read:
        raise _idle(
            project,
            (*here, "read"),
            f"`read` has no effect with {database}: no query gets from one database into another",
            "say `database: schema`",
        )
    for name, service in project.settings.services.items():
        if service.extensions:
            raise _idle(
                project,
                ("services", name, "extensions"),
                f"`extensions` has no effect with {database}: the app's own database is its to "
                "extend",
                "say `database: schema`",
            )


def _idle(project: Project, where: tuple[str, ...], what: str, otherwise: str) -> BadInput:
    remedy = f"take the line out, or {otherwise}"
    return BadInput(what, where=project.settings.where(*where), remedy=remedy)
