"""Has what was written on the disk, not only in memory."""

from __future__ import annotations

import ctypes
import os
import re
import stat
from pathlib import Path

from partywall.system.files import failed
from partywall.system.treecopy import walk

_LITTLE = 64 << 20
"""Bytes that wait for a disk, up to which a whole file system is asked to write what it has."""
_MEMORY = Path("/proc/meminfo")
_WAITING = re.compile(rb"^(?:Dirty|Writeback): +(\d+) kB$", re.MULTILINE)
_libc = ctypes.CDLL(None, use_errno=True)


def sync_tree(folder: Path) -> None:
    """Have all of a folder, which is on one file system, on the disk.

    A thousand files are asked for in a thousand flushes of the disk, a file system in one or two;
    but it writes what others gave it as well, so it is asked where that is little.

    Raises:
        MachineFailed: when the disk does not take it.
    """
    try:
        if waiting() <= _LITTLE:
            _sync_all(folder)
        else:
            _sync_each(folder)
    except OSError as error:
        raise failed(error, "write", folder) from error


def waiting() -> int:
    """Bytes that the machine's memory has for its disks."""
    return 1024 * sum(map(int, _WAITING.findall(_MEMORY.read_bytes())))


def _sync_all(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)


def _sync_each(folder: Path) -> None:
    for path, found in walk(folder):
        if not stat.S_ISLNK(found.st_mode):
            handle = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
