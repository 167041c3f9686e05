"""From which line of the source a statement comes, where it stands there as it ran."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from partywall.model.errors import Place

_SUFFIXES = (".sql", ".py", ".rb", ".js", ".ts", ".go", ".php", ".xml", ".java", ".prisma", ".ex")
_OTHERS = frozenset({"node_modules", "vendor", "site-packages", "dist", "build", "target"})
_FILES = 20_000
_BYTES = 1_000_000
_WORDS = 24
"""As many at the beginning of a statement as make it itself, nearly always."""


def texts(folder: Path) -> dict[str, str]:
    """Path from the folder → what is written there, files of SQL first."""
    found = sorted(_files(folder), key=lambda path: (path.suffix != ".sql", str(path)))
    return {str(path.relative_to(folder)): _read(path) for path in found}


def place(statement: str, written: Mapping[str, str]) -> Place | None:
    """Where a statement stands; spaces and line breaks do not count. None: nowhere, or built."""
    words = statement.split()[:_WORDS]
    if len(words) < 2:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    for name, text in written.items():
        if words[0].lower() in text.lower() and (found := pattern.search(text)):
            return Place(name, text.count("\n", 0, found.start()) + 1)
    return None


def _files(folder: Path) -> Iterable[Path]:
    for count, path in enumerate(_walk(folder)):
        if count >= _FILES:
            return
        if path.suffix.lower() in _SUFFIXES and not path.is_symlink():
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    for place_, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _OTHERS and name[0] != ".")
        yield from (Path(place_, name) for name in sorted(files))


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace") if path.stat().st_size <= _BYTES else ""
    except OSError:
        return ""
