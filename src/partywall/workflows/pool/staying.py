"""A pool outlives what was made in the installation: it is named, and never removed by the way."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.execution import pool as record
from partywall.model.errors import Place, Refused
from partywall.workflows.pool.limits import said
from partywall.workflows.project import Project


def notes(project: Project) -> Iterator[str]:
    """That it stays when everything else goes."""
    pool = record.read(project.home)
    if pool is not None:
        on = pool.device or "a file in .partywall"
        yield (
            f"the pool of {said(pool.size)} on {on} stays, with the snapshots and copies in it: "
            "`partywall pool remove` takes it away when it is empty"
        )


def refuse_there(project: Project) -> None:
    """See that the folder of the installation can go.

    Raises:
        Refused: when a pool is mounted in it.
    """
    if record.read(project.home) is not None:
        raise Refused(
            "there is a pool in .partywall, which would go with what lies in it",
            where=Place(str(project.home / "pool")),
            remedy="keep what you need of it, then `partywall pool remove` first",
        )
