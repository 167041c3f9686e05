"""Room in a pool, made where there is too little and the disk beneath has it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from partywall.execution import pool as record
from partywall.execution.pool import Pool, Stage
from partywall.model.errors import BadInput, Refused
from partywall.system import machine, programs
from partywall.workflows.pool import limits, unfinished
from partywall.workflows.pool.ground import Ground, held, of, refuse_others
from partywall.workflows.pool.limits import said
from partywall.workflows.pool.mounted import back
from partywall.workflows.project import Project

Tell = Callable[[str], None]
_REMEDY = "make room: `partywall snapshot prune`; with a larger disk, `partywall pool grow`"


def room(folder: Path) -> int:
    """Bytes that may still be written in a folder; in a pool, before it has to grow."""
    return machine.free_disk_bytes(folder)


def ensure_room(project: Project, need: int, tell: Tell) -> None:
    """See that so many bytes can be written into the pool; it grows when they cannot.

    Args:
        project: whose pool.
        need: bytes.
        tell: hears that it grows.

    Raises:
        BadInput: when there is no pool.
        Refused: when the pool, or the disk beneath, has no room for that, with numbers.
        MachineFailed: when it cannot be mounted or grown.
    """
    ground = of(project)
    with held(ground):
        pool = there(ground)
        _refuse_beneath(ground, pool, need)
        short = need - room(ground.folder)
        if short <= 0:
            return
        refuse_others("let the pool grow", f"pool grow --by {said(short)}")
        size = None if pool.device else limits.grown(pool.size, short, most(ground))
        if size is None:
            raise _full(ground, pool, need)
        tell(f"the pool grows from {said(pool.size)} to {said(size)}")
        pool = grown(ground, pool, size)
        if room(ground.folder) < need:
            raise _full(ground, pool, need)


def there(ground: Ground) -> Pool:
    """The pool, mounted and with nothing half done; it must be held.

    Raises:
        BadInput: when there is none.
        MachineFailed: when it cannot be mounted.
        Refused: when that needs root.
    """
    pool = unfinished.settled(ground)
    if pool is None:
        raise BadInput("there is no pool", remedy="`partywall pool create` makes one")
    back(ground, pool)
    return pool


def grown(ground: Ground, pool: Pool, size: int) -> Pool:
    """The pool with another size; it must be held and mounted.

    Raises:
        MachineFailed: when the machine does not do it; the next command tries again.
    """
    programs.need("losetup", "xfs_growfs")
    wanted = msgspec.structs.replace(pool, size=size, stage=Stage.GROWING)
    record.write(ground.home, wanted)
    return unfinished.enlarge(ground, wanted)


def most(ground: Ground) -> int:
    """Bytes that the pool's file may have."""
    home = ground.home if ground.home.exists() else ground.home.parent
    disk = shutil.disk_usage(home)
    return limits.most(taken(ground), disk.free, disk.total)


def taken(ground: Ground) -> int:
    """Bytes of the disk that the pool's file takes."""
    return ground.image.stat().st_blocks * 512 if ground.image.exists() else 0


def _refuse_beneath(ground: Ground, pool: Pool, need: int) -> None:
    """A copy that fits into the pool may still take the disk from production."""
    disk = shutil.disk_usage(ground.home)
    left = limits.beneath(disk.free, disk.total)
    if not pool.device and need > left:
        raise Refused(
            f"{said(need)} are needed in the pool, and the disk beneath has {said(left)} for it, "
            "with a tenth of the disk left free for production",
            remedy="make room on the disk; `partywall snapshot prune` gives some back",
        )


def _full(ground: Ground, pool: Pool, need: int) -> Refused:
    beneath = (
        f"{pool.device} has no more"
        if pool.device
        else f"it may have {said(most(ground))}, with a tenth of the disk left free"
    )
    return Refused(
        f"the pool is full: {said(need)} are needed, {said(room(ground.folder))} of its "
        f"{said(pool.size)} are free, and {beneath}",
        remedy=_REMEDY,
    )
