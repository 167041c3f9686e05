"""A pool as it is now, and the steps that would change it; nothing is changed."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator

import msgspec

from partywall.execution import pool as record
from partywall.execution.pool import Pool, Stage
from partywall.model.plan import Action
from partywall.system import fstab, xfs
from partywall.workflows.pool import limits, mounted, taking
from partywall.workflows.pool.ground import Ground, of
from partywall.workflows.pool.room import most, taken
from partywall.workflows.project import Project

_KEY = "machine/pool"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of a pool; amounts are bytes."""

    folder: str
    """Where it is mounted, or would be."""
    on: str
    """The file or the device that it is on."""
    stage: Stage
    mounted: bool
    at_start: bool
    """Whether it is mounted when the machine starts."""
    size_bytes: int
    used_bytes: int | None
    """None: it is not mounted."""
    free_bytes: int | None
    most_bytes: int | None
    """What it may grow to; None: it is on a device."""
    disk_bytes: int | None
    """What its file takes of the disk beneath; None: it is on a device."""
    snapshots: int | None
    clones: int | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change."""

    key: str
    action: Action
    why: str
    does: str
    """The command, or the line that is written."""
    environment: str = "machine"


def shown(project: Project) -> Shown | None:
    """The pool as it is; None when there is none.

    Raises:
        MachineFailed: when its record is damaged.
    """
    ground = of(project)
    pool = record.read(ground.home)
    if pool is None:
        return None
    there = mounted.is_mounted(ground, pool)
    disk = shutil.disk_usage(ground.folder) if there else None
    lie = taking.contents(ground) if there else {}
    return Shown(
        folder=str(ground.folder),
        on=str(ground.target(pool)),
        stage=pool.stage,
        mounted=there,
        at_start=fstab.ours(fstab.read(ground.fstab), pool.id) == [ground.line(pool)],
        size_bytes=pool.size,
        used_bytes=disk.used if disk else None,
        free_bytes=disk.free if disk else None,
        most_bytes=None if pool.device else most(ground),
        disk_bytes=None if pool.device else taken(ground),
        snapshots=lie.get("snapshots"),
        clones=lie.get("clones"),
    )


def making(project: Project, pool: Pool) -> list[Step]:
    """What would be done to make one."""
    return [_step(Action.CREATE, *words) for words in _making(of(project), pool)]


def _making(ground: Ground, pool: Pool) -> Iterator[tuple[str, str, str]]:
    if not pool.device:
        why = f"a file of {limits.said(pool.size)}, which takes disk only as it is filled"
        yield "file", why, shlex.join(ground.truncate(pool.size))
    why = "copies in it share their blocks with the original"
    yield "file-system", why, shlex.join(ground.make(pool))
    yield "mount", f"its files are in {ground.folder}", shlex.join(ground.mount(pool))
    yield "line", f"it is mounted when the machine starts, by {ground.fstab}", ground.line(pool)


def growing(project: Project, pool: Pool, size: int) -> list[Step]:
    """What would be done to let it have a size."""
    if size <= pool.size:
        return []
    ground = of(project)
    why = f"from {limits.said(pool.size)} to {limits.said(size)}, while it is in use"
    words = [("file-system", why, shlex.join(xfs.grow(ground.folder)))]
    if not pool.device:
        words.insert(0, ("file", why, shlex.join(ground.truncate(size))))
    return [_step(Action.CHANGE, *one) for one in words]


def removing(project: Project, pool: Pool) -> list[Step]:
    """What would be done to remove it."""
    ground = of(project)
    empty = "nothing lies in it" if mounted.is_mounted(ground, pool) else "if nothing lies in it"
    words = [
        ("mount", empty, shlex.join(["umount", str(ground.folder)])),
        ("line", f"it is not mounted any more, by {ground.fstab}", ground.line(pool)),
    ]
    if not pool.device:
        words.append(("file", empty, shlex.join(["rm", str(ground.image)])))
    return [_step(Action.REMOVE, *one) for one in words]


def _step(action: Action, part: str, why: str, does: str) -> Step:
    return Step(key=f"{_KEY}/{part}", action=action, why=why, does=does)
