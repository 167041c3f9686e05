"""A digest of a folder of source code: a change of its content is a change of what is built."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".mypy_cache",
        ".partywall",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        "venv",
    }
)
"""What tools make again, and what is no source."""
_MOST_FILES = 5_000
_MOST_BYTES = 1 << 20


def digest(folder: Path) -> str:
    """A short digest of names and contents below a folder; empty when it is not there.

    Env files are left out, they belong to environments. Of large files the size and the time of
    change stand for the content, and no more than 5,000 files are read.
    """
    if not folder.is_dir():
        return ""
    total = hashlib.sha256()
    for count, path in enumerate(_files(folder)):
        if count == _MOST_FILES:
            break
        total.update(f"\0{path.relative_to(folder)}\0".encode(errors="surrogateescape"))
        total.update(_content(path))
    return total.hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            if not name.startswith(".env") and not name.endswith(".pyc"):
                yield Path(here) / name


def _content(path: Path) -> bytes:
    try:
        if path.is_symlink():
            return str(path.readlink()).encode(errors="surrogateescape")
        facts = path.stat()
        if facts.st_size > _MOST_BYTES:
            return f"{facts.st_size} {facts.st_mtime_ns}".encode()
        return path.read_bytes()
    except OSError:
        return b"unreadable"
