"""What a pool must not be made over, and where it must be."""

from __future__ import annotations

from pathlib import Path

from partywall.execution.pool import Pool
from partywall.model.errors import MachineFailed, Place, Refused
from partywall.system import programs, xfs
from partywall.workflows.pool.ground import Ground


def refuse_filled(ground: Ground) -> None:
    """See that a mount would hide nothing.

    Raises:
        Refused: when something lies in the folder.
    """
    if ground.folder.exists() and any(ground.folder.iterdir()):
        raise Refused(
            "something lies in the folder where the pool is mounted, and would be hidden",
            where=Place(str(ground.folder)),
            remedy="move it away, then run the same command again",
        )


def refuse_signature(device: str) -> None:
    """See that a device holds nothing that anybody knows.

    Raises:
        Refused: when it has a file system, a table of partitions or the like.
    """
    found = programs.run(["wipefs", "--no-act", device], f"look what is on {device}").strip()
    if found:
        raise Refused(
            f"{device} holds something already, and a pool would write over it",
            detail=found.splitlines(),
            remedy=f"name another one; `wipefs -a {device}` gives it up, with all that is on it",
        )


def refuse_lost(ground: Ground, pool: Pool) -> None:
    """See that what a pool is on is there.

    Raises:
        MachineFailed: when it is not.
    """
    if not is_there(ground, pool):
        raise MachineFailed(
            "what the pool is on is not there any more",
            where=Place(str(ground.target(pool))),
            remedy="bring it back; or `partywall pool remove` forgets the pool and what was in it",
        )


def is_there(ground: Ground, pool: Pool) -> bool:
    """Whether what a pool is on is there; a device may be called otherwise after a restart."""
    if not pool.device:
        return ground.image.exists()
    try:
        device = programs.run(["findfs", f"UUID={pool.uuid}"], "look for the pool's device")
        found = xfs.look(Path(device.strip()))  # it may say what it remembers
    except MachineFailed:
        return False
    return found is not None and found.uuid == pool.uuid
