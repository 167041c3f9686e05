"""Files to which lines are added: each is safely on disk before anything follows from it."""

from __future__ import annotations

import os
from pathlib import Path

from partywall.system.files import failed, make_folder, sync_folder


def add_line(path: Path, line: bytes) -> None:
    """Add a line; what a killed writer left torn before it does not swallow it.

    Raises:
        MachineFailed: when it cannot be written.
    """
    make_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (b"\n" if torn else b"") + line + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(path.parent)
    except OSError as error:
        raise failed(error, "add a line", path) from error
