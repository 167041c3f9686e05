"""A pool that nobody needs is taken away; each part of it can be done again."""

from __future__ import annotations

import contextlib

from partywall.execution import pool as record
from partywall.execution.pool import Pool
from partywall.model.errors import MachineFailed, PartywallError, Place, Refused
from partywall.system import fstab, mounts, programs
from partywall.system.files import failed
from partywall.workflows.pool import steps
from partywall.workflows.pool.ground import FOLDERS, Ground


def away(ground: Ground, pool: Pool) -> None:
    """Unmount it, take the line out, remove the file and forget it; what is in it is gone.

    A device is let go as it is.

    Raises:
        MachineFailed: when the machine does not do it; the next command tries again.
    """
    if mounts.at(ground.folder) is not None:
        unmount(ground)
    if fstab.write(ground.fstab, fstab.without(fstab.read(ground.fstab), pool.id)):
        steps.tell_systemd()
    if not pool.device:
        _remove_image(ground)
    with contextlib.suppress(OSError):  # somebody's files lie there: theirs
        ground.folder.rmdir()
    record.close(ground.home)


def unmount(ground: Ground) -> None:
    """Unmount it; its loop device goes with it.

    Raises:
        MachineFailed: when somebody has a file in it open.
    """
    try:
        programs.run(["umount", str(ground.folder)], "unmount the pool")
    except MachineFailed as error:
        raise MachineFailed(
            error.what,
            detail=error.detail,
            remedy=f"`fuser -vm {ground.folder}` shows who uses it; stop that, then try again",
        ) from error


def unmount_empty(ground: Ground) -> None:
    """Unmount it if nothing lies in it, with nobody able to put something in meanwhile.

    Raises:
        Refused: when something lies in it; it is as it was.
        MachineFailed: when somebody has a file in it open; it is as it was.
    """
    refuse_in_use(ground)
    programs.run(steps.remount(ground, "ro"), "keep others from writing into the pool")
    try:
        refuse_in_use(ground)
        unmount(ground)
    except PartywallError:
        programs.run(steps.remount(ground, "rw"), "make the pool writable")
        raise


def refuse_in_use(ground: Ground) -> None:
    """See that a mounted pool is empty.

    Raises:
        Refused: when it is not, saying what lies in it.
        MachineFailed: when we cannot look into it.
    """
    try:
        found = contents(ground)
        others = sorted(
            one.name
            for one in ground.folder.iterdir()
            if one.name not in FOLDERS and one != ground.marker
        )
    except PermissionError as error:
        raise failed(error, "look into the pool", ground.folder) from error
    if any(found.values()) or others:
        words = [f"{many} in {name}/" for name, many in found.items() if many]
        raise Refused(
            f"the pool is not empty: {', '.join([*words, *others])}",
            where=Place(str(ground.folder)),
            remedy="remove what is in it first: `partywall snapshot prune`, or by hand",
        )


def contents(ground: Ground) -> dict[str, int]:
    """How many things lie in each folder of a mounted pool."""
    found = {}
    for name in FOLDERS:
        with contextlib.suppress(FileNotFoundError):
            found[name] = sum(1 for _ in (ground.folder / name).iterdir())
    return found


def _remove_image(ground: Ground) -> None:
    said = programs.run(["losetup", "-j", str(ground.image)], "look for the pool's loop device")
    for one in said.splitlines():
        with contextlib.suppress(MachineFailed):  # the kernel lets go of it by itself
            programs.run(["losetup", "-d", one.partition(":")[0]], "let the loop device go")
    try:
        ground.image.unlink(missing_ok=True)
    except OSError as error:
        raise failed(error, "remove the pool's file", ground.image) from error
