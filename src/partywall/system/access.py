"""What of a project's folder other users cannot read: services under users of their own need it."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MOST = 20_000
"""Files that are looked at; what is closed customarily shows much sooner."""
_PRIVATE = re.compile(
    r"\..*|__pycache__|.*(secret|credential|private).*|.*\.(pem|key|p12|pfx)"
    r"|partywall\.yaml|(docker-)?compose.*\.ya?ml",
    re.IGNORECASE,
)
"""What services need not read, or what is closed with good reason."""


class Closed(NamedTuple):
    """A folder that is closed to others, or things in it that are."""

    folder: Path
    shut: bool
    """Whether the folder itself cannot be listed and entered."""
    names: tuple[str, ...]
    """Of what is closed in it."""
    whole: bool
    """Whether no program could run from there."""

    @property
    def what(self) -> str:
        """What cannot be read, as words."""
        if self.shut:
            return f"{self.folder} (mode {stat.S_IMODE(self.folder.stat().st_mode):04o})"
        return f"{', '.join(self.names)} in {self.folder}"

    @property
    def remedy(self) -> str:
        """A command that opens it; hidden files such as env files stay closed."""
        folder = shlex.quote(str(self.folder))
        opening = [f"chmod o+rx {folder}"] if self.shut else []
        if self.names:
            names = " ".join(shlex.quote(f"./{name}") for name in self.names)
            find = f"find {names} -name '.?*' -prune -o -exec chmod o+rX '{{}}' +"
            opening += [f"cd {folder}", find]
        return f"`{' && '.join(opening)}`"


class ShutOut(NamedTuple):
    """A folder that a user cannot write into."""

    folder: Path
    uid: int

    @property
    def what(self) -> str:
        """What is wrong, as words."""
        return f"the user {self.uid} of its services cannot write into {self.folder}"

    @property
    def remedy(self) -> str:
        """A command that gives it to that user."""
        return f"`chown -R {self.uid}:{self.uid} {shlex.quote(str(self.folder))}`"


def shut_out(folder: Path, uid: int) -> ShutOut | None:
    """Whether a user (whose group has the same number) cannot write into an existing folder."""
    try:
        facts = folder.stat()
    except OSError:
        return None
    shift = 6 if facts.st_uid == uid else 3 if facts.st_gid == uid else 0
    needed = stat.S_IWOTH | stat.S_IXOTH
    if not stat.S_ISDIR(facts.st_mode) or facts.st_mode >> shift & needed == needed:
        return None
    return ShutOut(folder, uid)


def closed(folder: Path) -> Closed | None:
    """What others cannot read; None when they can read all that services customarily need.

    What belongs to another user than the folder is some server's data, and does not count.
    """
    shut = not _is_open(folder)
    there = sorted(path.name for path in _children(folder) if not _PRIVATE.fullmatch(path.name))
    budget = iter(range(_MOST))
    names = tuple(name for name in there if _has_closed(folder / name, folder.stat(), budget))
    if not shut and not names:
        return None
    return Closed(folder, shut, names, shut or len(names) == len(there))


def _has_closed(path: Path, top: os.stat_result, budget: Iterator[int]) -> bool:
    """Whether it, or anything in it, is closed; nothing more is found once the budget is spent."""
    try:
        counts = not path.is_symlink() and path.lstat().st_uid == top.st_uid
        if not counts or next(budget, None) is None:
            return False
        if not _is_open(path):
            return True
    except OSError:  # gone meanwhile
        return False
    inner = _children(path) if path.is_dir() else []
    return any(_has_closed(one, top, budget) for one in inner if not _PRIVATE.fullmatch(one.name))


def _is_open(path: Path) -> bool:
    needed = stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH
    return path.stat().st_mode & needed == needed


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
