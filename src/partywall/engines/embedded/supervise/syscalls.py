"""The few Linux calls that Python 3.11 does not offer: unshare, mount, umount2, prctl."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
MS_NOSUID = 2
MS_NODEV = 4
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave the shared namespaces named by `flags` (unshare(2)); raises OSError."""
    _must(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mount `source` on `target` (mount(2)); raises OSError."""
    words = (source.encode(), os.fsencode(target), kind.encode())
    _must(_libc.mount(*words, ctypes.c_ulong(flags), data.encode()), target)


def unmount(target: str, flags: int) -> None:
    """Take a mount away (umount2(2)); raises OSError."""
    _must(_libc.umount2(os.fsencode(target), flags), target)


def prctl(option: int, value: int) -> None:
    """Set a property of this process (prctl(2)); raises OSError."""
    zero = ctypes.c_ulong(0)
    _must(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), "prctl")


def _must(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
