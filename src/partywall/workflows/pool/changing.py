"""A pool is grown and removed, as its user says."""

from __future__ import annotations

import msgspec

from partywall.execution import pool as record
from partywall.execution.pool import Pool, Stage
from partywall.model.errors import BadInput
from partywall.system import mounts
from partywall.workflows.pool import limits, taking, unfinished
from partywall.workflows.pool.enlarging import device_size
from partywall.workflows.pool.ground import held, of, refuse_others
from partywall.workflows.pool.limits import said
from partywall.workflows.pool.mounted import back, is_mounted
from partywall.workflows.pool.refusing import is_there
from partywall.workflows.pool.room import Tell, grown, most, there
from partywall.workflows.project import Project


def recorded(project: Project) -> Pool:
    """The pool as it is recorded.

    Raises:
        BadInput: when there is none.
    """
    pool = record.read(of(project).home)
    if pool is None:
        raise BadInput("there is no pool", remedy="`partywall pool create` makes one")
    return pool


def removable(project: Project) -> Pool:
    """The pool that would be removed, looked into where it is mounted. Nothing is changed.

    Raises:
        BadInput: when there is none.
        Refused: when something lies in it.
        MachineFailed: when we cannot look into it.
    """
    ground = of(project)
    pool = recorded(project)
    if is_mounted(ground, pool):
        taking.refuse_in_use(ground)
    return pool


def larger(project: Project, size: str | None, by: str | None) -> tuple[Pool, int]:
    """The pool and the size that it would have. Nothing is changed.

    Raises:
        BadInput: when there is none, or it cannot be meant so.
        Refused: when it could fill the disk beneath.
    """
    ground = of(project)
    pool = recorded(project)
    if pool.device:
        if size or by:
            raise BadInput(f"the pool has all of {pool.device}", remedy="say `pool grow` alone")
        there_now = mounts.at(ground.folder)
        return pool, device_size(there_now.source if there_now else pool.device)
    if (size is None) is (by is None):
        raise BadInput("how large?", remedy="say `--size 20G` or `--by 5G`")
    many = limits.parsed("--size", size) if size else pool.size + limits.parsed("--by", by or "")
    if many < pool.size:
        raise BadInput(f"a pool of {said(pool.size)} cannot be made smaller", remedy="`--by 5G`")
    limits.refuse_size(many, most(ground))
    return pool, many


def grow(project: Project, size: int, tell: Tell) -> bool:
    """Let it have a size, while it is in use; whether that changed it.

    Raises:
        PartywallError: when it cannot be.
    """
    ground = of(project)
    refuse_others("let a pool grow", "pool grow")
    with held(ground):
        pool = there(ground)
        if size <= pool.size:
            return False
        if not pool.device:
            limits.refuse_size(size, most(ground))
        tell(f"the pool grows from {said(pool.size)} to {said(size)}")
        grown(ground, pool, size)
    return True


def remove(project: Project) -> Pool:
    """Remove it, if nothing lies in it; which it was.

    Raises:
        BadInput: when there is none.
        Refused: when something lies in it, or we are not root.
        MachineFailed: when the machine does not do it.
    """
    ground = of(project)
    refuse_others("remove a pool", "pool remove")
    with held(ground):
        begun = record.read(ground.home)
        pool = unfinished.settled(ground)
        if pool is None and begun is not None and begun.stage is Stage.REMOVING:
            return begun
        if pool is None:
            raise BadInput("there is no pool", remedy="`partywall pool create` makes one")
        if is_there(ground, pool):
            back(ground, pool)
            taking.unmount_empty(ground)
        pool = msgspec.structs.replace(pool, stage=Stage.REMOVING)
        record.write(ground.home, pool)
        taking.away(ground, pool)
    return pool
