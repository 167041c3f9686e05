"""Data that `docker compose` has left of the same folder, and that no setting names."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from partywall.compose.folder import project_name
from partywall.model.errors import PartywallError
from partywall.workflows.project import Project


class Former(NamedTuple):
    """What is there, and what to do to go on with it."""

    what: str
    action: str


def former(project: Project) -> Former | None:
    """The volumes of a production that was stopped before it was ours; None: there are none.

    Where nobody can say, as without an engine, nothing is said.
    """
    said = project.settings.production
    if said.attach is not None or said.volumes_of is not None:
        return None
    with contextlib.suppress(PartywallError):
        name = project_name(project.folder, project.settings.compose)
        if names := project.engine.former(name):
            return Former(
                what=f"the Compose project {name} has left data in {', '.join(names)}, "
                f"which {said.name} would begin without",
                action=f"say `environments: {{{said.name}: {{volumes_of: {name}}}}}` in "
                "partywall.yaml to go on with them; else they stay as they are",
            )
    return None
