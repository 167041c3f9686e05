"""Writes a file whole or not at all, and reads JSON that may be absent or torn."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(path: Path, text: str, *, sync: bool = False) -> None:
    """Replace `path` (0600) by `text`; with `sync` it survives a power cut too.

    Raises:
        OSError: the folder is missing, read-only or full; the old file is then untouched.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _fill(draft, text.encode(), sync=sync)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    if sync:
        _sync_folder(path.parent)


def write_json(path: Path, value: Mapping[str, Any], *, sync: bool = False) -> None:
    """Replace `path` by `value` as one line of JSON."""
    write(path, json.dumps(value, separators=(",", ":")) + "\n", sync=sync)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in the file, or None when it is absent, unreadable or no JSON object."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def sweep(folder: Path) -> None:
    """Remove drafts whose writer was killed before the rename."""
    for draft in folder.glob(".*.json.*"):
        if not Path("/proc", draft.name.rpartition(".")[2]).exists():
            draft.unlink(missing_ok=True)


def _fill(draft: Path, content: bytes, *, sync: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        if sync:
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
