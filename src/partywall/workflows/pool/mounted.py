"""A pool is used only while it is really there: mounted again when it is not, or an error."""

from __future__ import annotations

import shlex
from pathlib import Path

from partywall.execution import pool as record
from partywall.execution.pool import Pool, Stage
from partywall.model.errors import MachineFailed, Place
from partywall.system import mounts, xfs
from partywall.workflows.pool import refusing, steps, unfinished
from partywall.workflows.pool.ground import Ground, held, of, refuse_others
from partywall.workflows.project import Project


def folder(project: Project) -> Path | None:
    """Where the pool is mounted, looked at; None when the installation has none.

    Never a folder that merely has its name. One that a reboot took is mounted again, and what
    was killed is brought to its end.

    Raises:
        MachineFailed: when it cannot be mounted.
        Refused: when that needs root, or something else is in its place.
    """
    ground = of(project)
    pool = record.read(ground.home)
    if pool is None:
        return None
    if pool.stage is Stage.READY and is_mounted(ground, pool):
        return ground.folder
    return ensure_mounted(project)


def ensure_mounted(project: Project) -> Path | None:
    """Mount it again where it is recorded and not mounted; gives and raises as `folder` does."""
    ground = of(project)
    if record.read(ground.home) is None:
        return None
    with held(ground):
        pool = unfinished.settled(ground)
        if pool is None:
            return None
        back(ground, pool)
    return ground.folder


def back(ground: Ground, pool: Pool) -> None:
    """Mount it where it is not; the pool must be held.

    Raises:
        MachineFailed: when its file is gone, or it cannot be mounted.
        Refused: when that needs root, or something else is in its place.
    """
    if not is_mounted(ground, pool):
        refuse_others("mount the pool", "pool show", (shlex.join(ground.mount(pool)),))
        refusing.refuse_lost(ground, pool)
        steps.mounted(ground, pool)
        steps.in_fstab(ground, pool)
    if not is_mounted(ground, pool):
        raise MachineFailed(
            "what is mounted here is not this pool: its mark is missing",
            where=Place(str(ground.marker)),
            remedy=f"unmount it and look what it is; the mark would be `{pool.id}`",
        )


def is_mounted(ground: Ground, pool: Pool) -> bool:
    """Whether the pool itself is there and can be written."""
    there = mounts.at(ground.folder)
    good = there is not None and there.kind == xfs.KIND and not there.read_only
    return good and steps.is_marked(ground, pool)
