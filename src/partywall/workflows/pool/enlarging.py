"""A pool gets larger while it is mounted and in use."""

from __future__ import annotations

import os

from partywall.execution.pool import Pool
from partywall.model.errors import MachineFailed
from partywall.system import mounts, programs, xfs
from partywall.system.files import failed
from partywall.workflows.pool.ground import Ground


def enlarge(ground: Ground, pool: Pool) -> None:
    """Let file, loop device and file system have the recorded size; never less than they have.

    Raises:
        MachineFailed: when one of them does not.
    """
    if not pool.device:
        try:
            if ground.image.stat().st_size < pool.size:
                os.truncate(ground.image, pool.size)
        except OSError as error:
            raise failed(error, "let the pool's file grow", ground.image) from error
        programs.run(["losetup", "-c", _loop(ground)], "let the pool's loop device grow")
    programs.run(xfs.grow(ground.folder), "let the pool's file system grow")


def _loop(ground: Ground) -> str:
    there = mounts.at(ground.folder)
    if there is None:
        raise MachineFailed("the pool was unmounted meanwhile", remedy="run the same command again")
    return there.source


def device_size(device: str) -> int:
    """The bytes of a device.

    Raises:
        MachineFailed: when it cannot be opened.
    """
    try:
        handle = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.lseek(handle, 0, os.SEEK_END)
        finally:
            os.close(handle)
    except OSError as error:
        raise failed(error, "look how large it is", device) from error
