"""What is mounted where, as the kernel has it for this process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_TABLE = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """A file system at a folder."""

    folder: str
    kind: str
    source: str
    options: frozenset[str]
    """Of the mount and of the file system itself."""

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written there."""
        return "ro" in self.options


def understand(text: str) -> Iterator[Mount]:
    """Every mount in the order in which they were made: proc_pid_mountinfo(5); pure."""
    for one in text.splitlines():
        mine, dash, theirs = one.partition(" - ")
        fields, rest = mine.split(" "), theirs.split(" ")
        if dash and len(fields) > 5 and len(rest) > 2:
            options = frozenset((*fields[5].split(","), *rest[2].split(",")))
            yield Mount(_plain(fields[4]), rest[0], _plain(rest[1]), options)


def at(folder: Path, table: Path = _TABLE) -> Mount | None:
    """What is mounted at a folder, the topmost; None: nothing is.

    Args:
        folder: its real path, without links.
        table: the kernel's.
    """
    text = table.read_text(errors="surrogateescape")
    found = [one for one in understand(text) if one.folder == str(folder)]
    return found[-1] if found else None


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 8)), text)
