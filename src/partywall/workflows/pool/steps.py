"""What makes a pool, step by step; each can be done again after it was killed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from partywall.execution.pool import Pool
from partywall.model.errors import MachineFailed, Place, Refused
from partywall.system import fstab, mounts, programs, xfs
from partywall.system.files import failed, make_folder, read_bytes, write_atomically
from partywall.workflows.pool import refusing
from partywall.workflows.pool.ground import FOLDERS, Ground

Step = Callable[[Ground, Pool], None]
_SYSTEMD = Path("/run/systemd/system")
"""There when systemd runs the machine: sd_booted(3)."""


def image(ground: Ground, pool: Pool) -> None:
    """Make the file, sparse, unless it holds this pool already."""
    if pool.device or _formatted(ground, pool):
        return
    try:
        ground.image.unlink(missing_ok=True)
        handle = os.open(ground.image, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.truncate(handle, pool.size)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise failed(error, "make the pool's file", ground.image) from error


def file_system(ground: Ground, pool: Pool) -> None:
    """Make the file system, over nothing but what was begun of this one."""
    if _formatted(ground, pool):
        return
    begun = (found := xfs.look(ground.target(pool))) is not None and found.uuid == pool.uuid
    if pool.device and not begun:
        refusing.refuse_signature(pool.device)
    programs.run(ground.make(pool, over=begun), "make the pool's file system")


def mounted(ground: Ground, pool: Pool) -> None:
    """Mount it, unless it is; never over something that lies in its place.

    Raises:
        MachineFailed: when the machine does not do it.
        Refused: when something else is there.
    """
    there = mounts.at(ground.folder)
    if there is None:
        make_folder(ground.folder)
        refusing.refuse_filled(ground)
        _mount(ground, pool)
        there = mounts.at(ground.folder)
    if there is None or not _is_of(there, ground, pool):
        raise Refused(
            "something else than the pool is mounted here",
            where=Place(str(ground.folder)),
            remedy="unmount it, then run the same command again",
        )
    if there.read_only:
        programs.run(remount(ground, "rw"), "make the pool writable")


def _mount(ground: Ground, pool: Pool) -> None:
    try:
        programs.run(ground.mount(pool), "mount the pool")
    except MachineFailed as error:
        # One that was under way when its caller was killed may have come first.
        if mounts.at(ground.folder) is None:
            raise MachineFailed(
                error.what,
                detail=error.detail,
                remedy="the machine needs XFS in its kernel and, without `--device`, loop devices",
            ) from error


def remount(ground: Ground, how: str) -> list[str]:
    """The command that lets it be written, `rw`, or not, `ro`; pure."""
    return ["mount", "-o", f"remount,{how}", str(ground.folder)]


def furnished(ground: Ground, pool: Pool) -> None:
    """Put our mark and the folders in."""
    for name in FOLDERS:
        make_folder(ground.folder / name, 0o711)
    for left in ground.folder.glob(f".{ground.marker.name}.*"):  # of one that was killed at it
        left.unlink(missing_ok=True)
    if not is_marked(ground, pool):
        write_atomically(ground.marker, f"{pool.id}\n".encode(), 0o644)


def in_fstab(ground: Ground, pool: Pool) -> None:
    """Let it be mounted when the machine starts."""
    text = fstab.with_line(fstab.read(ground.fstab), pool.id, ground.line(pool))
    if fstab.write(ground.fstab, text):
        tell_systemd()


STEPS: tuple[Step, ...] = (image, file_system, mounted, furnished, in_fstab)


def tell_systemd() -> None:
    """It reads the table when it is told; without it nothing is lost until the next start."""
    if _SYSTEMD.is_dir():
        with contextlib.suppress(MachineFailed):
            programs.run(["systemctl", "--no-ask-password", "daemon-reload"], "tell systemd")


def is_marked(ground: Ground, pool: Pool) -> bool:
    """Whether our mark is what is in the folder now."""
    return read_bytes(ground.marker) == f"{pool.id}\n".encode()


def _formatted(ground: Ground, pool: Pool) -> bool:
    found = xfs.look(ground.target(pool))
    return found is not None and found.whole and found.uuid == pool.uuid


def _is_of(there: mounts.Mount, ground: Ground, pool: Pool) -> bool:
    if there.kind != xfs.KIND:
        return False
    found = xfs.look(Path(there.source))
    return is_marked(ground, pool) or (found is not None and found.uuid == pool.uuid)
