"""Keeps a log within bounds by copy and truncate, so its writer need not know."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def rotate(log: Path, limit: int, keep: int) -> bool:
    """Move what is in `log` to `log.1` (older ones up to `log.<keep>`) once it is over `limit`.

    Writers append (O_APPEND), so they go on at the new start. Lines written in the instant
    between the last copy and the cut are lost.

    Args:
        log: the file; its folder belongs to the account that calls this.
        limit: bytes; 0 means never.
        keep: how many old files stay; 0 throws the old lines away.

    Returns:
        Whether it was rotated.
    """
    try:
        if limit <= 0 or not log.is_file() or log.stat().st_size <= limit:
            return False
    except OSError:
        return False
    if keep > 0:
        _shift(log, keep)
        _copy(log, _numbered(log, 1))
    os.truncate(log, 0)
    return True


def _shift(log: Path, keep: int) -> None:
    for number in range(keep - 1, 0, -1):
        if (old := _numbered(log, number)).exists():
            old.replace(_numbered(log, number + 1))


def _copy(log: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with log.open("rb") as source, os.fdopen(os.open(target, flags, 0o600), "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
