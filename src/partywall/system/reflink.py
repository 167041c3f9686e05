"""Whether a file system shares blocks between a file and its copy, found by trying."""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path

FICLONE = 0x40049409
"""Linux: `_IOW(0x94, 9, int)`, linux/fs.h."""
_BLOCK = 4096


def shares_blocks(folder: Path) -> bool | None:
    """Whether copies there are made by reference; None where nothing can be written.

    Two files without a name are made and are gone at once.
    """
    try:
        with (
            tempfile.TemporaryFile(dir=folder) as one,
            tempfile.TemporaryFile(dir=folder) as other,
        ):
            one.write(b"\0" * _BLOCK)
            one.flush()
            return _cloned(one.fileno(), other.fileno())
    except OSError:
        return None


def _cloned(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, FICLONE, source)
    except OSError:
        return False
    return True
