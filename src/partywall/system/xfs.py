"""XFS with shared blocks: its superblock understood, and the commands that make and grow it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from partywall.system.files import failed

KIND = "xfs"
_MAGIC = b"XFSB"
_UUID = slice(32, 48)
_IN_PROGRESS = 126
"""Places in the superblock: `struct xfs_dsb`, fs/xfs/libxfs/xfs_format.h."""
_HEAD = 512


class Found(NamedTuple):
    """A file system."""

    uuid: str
    whole: bool
    """Whether making it came to its end."""


def understand(head: bytes) -> Found | None:
    """The file system that begins so; None when it is no XFS; pure."""
    if len(head) < _HEAD or not head.startswith(_MAGIC):
        return None
    return Found(str(uuid.UUID(bytes=head[_UUID])), head[_IN_PROGRESS] == 0)


def look(path: Path) -> Found | None:
    """The XFS in a file or on a device; None when there is none, or no such file.

    Raises:
        MachineFailed: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return understand(file.read(_HEAD))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failed(error, "read", path) from error


def make(target: Path, identity: str, label: str, *, over: bool) -> list[str]:
    """The command that makes one; pure.

    Args:
        target: the file or the device.
        identity: its UUID.
        label: at most 12 characters.
        over: whether it may write over a file system that is there.
    """
    force = ["-f"] if over else []
    said = ["-q", *force, "-L", label, "-m", f"reflink=1,uuid={identity}"]
    return ["mkfs.xfs", *said, str(target)]


def grow(folder: Path) -> list[str]:
    """The command that lets a mounted one fill what it lies on; pure."""
    return ["xfs_growfs", "-d", str(folder)]


def mount(source: str, folder: Path, options: Sequence[str]) -> list[str]:
    """The command that mounts one; pure."""
    return ["mount", "-t", KIND, "-o", ",".join(options), source, str(folder)]
