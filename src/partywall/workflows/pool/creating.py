"""A pool is made, as its user says."""

from __future__ import annotations

import errno
import os
import secrets
import shlex
import uuid
from pathlib import Path

from partywall.execution import pool as record
from partywall.execution.pool import Pool, Stage
from partywall.model.errors import BadInput, Place, Refused
from partywall.system import programs
from partywall.system.files import failed, make_folder
from partywall.system.reflink import shares_blocks
from partywall.workflows.pool import limits, refusing, steps, unfinished
from partywall.workflows.pool.enlarging import device_size
from partywall.workflows.pool.ground import Ground, held, of, refuse_others
from partywall.workflows.pool.limits import said
from partywall.workflows.pool.mounted import back
from partywall.workflows.pool.room import Tell, most
from partywall.workflows.project import Project

CUSTOMARY = "10G"


def wanted(project: Project, size: str | None, device: str | None) -> Pool | None:
    """The pool that would be made; None when it is there already. Nothing is changed.

    Args:
        project: for which.
        size: such as `10G`; None: the customary one.
        device: that it is to be on; None: a file.

    Raises:
        BadInput: when it cannot be meant so.
        Refused: when it would not be safe, or is of no use.
        MachineFailed: when a program that is needed is not here.
    """
    ground = of(project)
    found = record.read(ground.home)
    if found is not None:
        _refuse_another(found, size, device)
        return None
    programs.need("mkfs.xfs", "xfs_growfs", "losetup", "mount", "wipefs")
    if device and size:
        raise BadInput("a pool takes the whole of a device", remedy="leave out `--size`")
    many = _free_device(device) if device else _free_size(ground, size)
    refusing.refuse_filled(ground)
    return Pool(
        id=secrets.token_hex(4),
        uuid=str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
        size=many,
        device=device or "",
        stage=Stage.MAKING,
    )


def create(project: Project, pool: Pool | None, tell: Tell) -> bool:
    """Make it, or see that the one that is recorded is there; whether one was made.

    Raises:
        PartywallError: when it cannot be made; nothing of it is left then.
    """
    ground = of(project)
    refuse_others("make a pool", _words(pool), _commands(ground, pool))
    make_folder(ground.home)
    with held(ground):
        found = unfinished.settled(ground)
        if found is not None:
            back(ground, found)
            steps.in_fstab(ground, found)
            return False
        if pool is None:
            raise Refused("another command removed the pool", remedy="run it again")
        tell(f"make {said(pool.size)} of XFS on {ground.target(pool)}")
        record.write(ground.home, pool)
        unfinished.finish(ground, pool)
    return True


def _words(pool: Pool | None) -> str:
    if pool is None:
        return "pool create"
    return f"pool create --{f'device {pool.device}' if pool.device else f'size {pool.size >> 20}M'}"


def _commands(ground: Ground, pool: Pool | None) -> tuple[str, ...]:
    """What root would do by hand; the tool does more, so that it can be killed."""
    if pool is None:
        return ()
    file = () if pool.device else (shlex.join(ground.truncate(pool.size)),)
    rest = (
        shlex.join(ground.make(pool)),
        shlex.join(["mkdir", "-p", str(ground.folder)]),
        shlex.join(ground.mount(pool)),
    )
    return (*file, *rest)


def _refuse_another(found: Pool, size: str | None, device: str | None) -> None:
    if size is not None and limits.parsed("--size", size) != found.size:
        raise BadInput(
            f"there is a pool of {said(found.size)} already",
            remedy="`partywall pool grow` makes it larger",
        )
    if device is not None and device != found.device:
        raise BadInput(
            f"there is a pool already, on {found.device or 'a file'}",
            remedy="`partywall pool remove` first",
        )


def _free_size(ground: Ground, size: str | None) -> int:
    many = limits.parsed("--size", size or CUSTOMARY)
    base = ground.home if ground.home.exists() else ground.home.parent
    if shares_blocks(base):
        raise Refused(
            "the file system here shares blocks already: a pool on it would only be slower",
            where=Place(str(base)),
            remedy="none is needed; `--device` makes one on another disk",
        )
    limits.refuse_size(many, most(ground))
    return many


def _free_device(device: str) -> int:
    """The size of a device that nobody uses."""
    if not Path(device).is_block_device():
        raise BadInput(f"{device} is no disk", remedy="`lsblk` shows what there is")
    refuse_others(f"look at {device}", f"pool create --device {device}")
    try:
        # Alone means: neither mounted nor part of another device; the kernel looks.
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise Refused(
                f"{device} is in use: it is mounted, or part of another device",
                remedy="name another one; `lsblk` shows what there is",
            ) from error
        raise failed(error, "open", device) from error
    refusing.refuse_signature(device)
    many = device_size(device)
    limits.refuse_size(many, many)
    return many
