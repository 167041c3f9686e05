"""Brings a copy of a folder up to date: what has not changed since then stays as it is.

A file counts as unchanged while its number, its size and its times are what they were, and its
times were well past when it was looked at: what was written in the same moment could look the same.
"""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import msgspec

from partywall.system.files import failed
from partywall.system.treecopy import Copied, Mode, Skips, below, copy_one, walk

_MARGIN = 2_000_000_000
"""Nanoseconds; clocks of file systems are coarse, some of them count whole seconds."""
_PIECE = 1 << 18
_PAGE = 1 << 13


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """What tells that a file was written; times in nanoseconds since the epoch."""

    number: int
    size: int
    modified: int
    changed: int


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the files of a folder were when a copy of it was made."""

    moment: int
    """Nanoseconds since the epoch, before the first of them was looked at."""
    marks: dict[str, Mark]

    def holds(self, path: str, found: os.stat_result) -> bool:
        """Whether a file is what it was."""
        mark = self.marks.get(path)
        if mark is None or mark != _mark(found):
            return False
        return max(mark.modified, mark.changed) + _MARGIN < self.moment


NOTHING = Known(moment=0, marks={})
"""What is known of a copy that has yet to be made."""


class Refreshed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of bringing a copy up to date."""

    whole: Copied
    """All of the copy."""
    changed: Copied
    """What of it was not left as it was."""
    known: Known


def stale(folder: Path, known: Known, skips: Skips = lambda _path: False) -> int:
    """Bytes of the files that are not what they were.

    Raises:
        MachineFailed: when the folder cannot be read.
    """
    try:
        found = walk(folder, skips)
        return sum(one.st_size for path, one in found if _plain(one) and not known.holds(path, one))
    except OSError as error:
        raise failed(error, "read", error.filename or folder) from error


def refresh_tree(source: Path, target: Path, mode: Mode, skips: Skips, known: Known) -> Refreshed:
    """Make a copy what the folder is now; files that vanish on the way are left out.

    Args:
        source: the folder.
        target: a copy of it, into which nobody has written; nothing, when nothing is known.
        mode: how files are copied of which there is nothing yet; of others only those pages that
            differ are written.
        skips: what of the folder the copy goes without.
        known: what the files were when it was made.

    Raises:
        MachineFailed: when something cannot be read or written, such as for want of space.
    """
    moment = time.time_ns()
    marks: dict[str, Mark] = {}
    there = set()
    new = not os.path.lexists(target)
    whole = changed = Copied()
    try:
        for path, found in walk(source, skips):
            there.add(path)
            size: int | None = found.st_size
            one, other = below(source, path), below(target, path)
            if not _plain(found):
                (copy_one if new else _other)(one, other, found, mode)
                continue
            # A copy may lack what it should hold.
            held = not new and known.holds(path, found) and os.path.lexists(other)
            if not held:
                size = (copy_one if new else _again)(one, other, found, mode)
            if size is None:
                there.discard(path)
                continue
            marks[path] = _mark(found)
            whole = whole.with_one(size)
            if not held:
                changed = changed.with_one(size)
        if not new:
            _remove(target, there)
    except OSError as error:
        raise failed(error, "copy", error.filename or source) from error
    return Refreshed(whole=whole, changed=changed, known=Known(moment=moment, marks=marks))


def _plain(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode)


def _mark(found: os.stat_result) -> Mark:
    return Mark(
        number=found.st_ino,
        size=found.st_size,
        modified=found.st_mtime_ns,
        changed=found.st_ctime_ns,
    )


def _other(source: str, target: str, found: os.stat_result, mode: Mode) -> None:
    """A folder or a link: made anew where it is not what it is in the source."""
    there = Path(target)
    if stat.S_ISDIR(found.st_mode) and there.is_dir() and not there.is_symlink():
        return
    if os.path.lexists(target):
        _away(there)
    copy_one(source, target, found, mode)


def _again(source: str, target: str, found: os.stat_result, mode: Mode) -> int | None:
    """Bring one file up to date; its bytes, or None when it is not there any more."""
    if not os.path.lexists(target):
        return copy_one(source, target, found, mode)
    there = Path(target)
    if not there.is_file() or there.is_symlink():
        _away(there)
        return copy_one(source, target, found, mode)
    try:
        with Path(source).open("rb") as one, there.open("r+b") as other:
            size = _differing(one.fileno(), other.fileno())
            if os.fstat(other.fileno()).st_size > size:
                os.ftruncate(other.fileno(), size)
    except FileNotFoundError:
        return None
    return size


def _differing(source: int, target: int) -> int:
    """Write the pages that differ, so that the others stay shared with older copies."""
    at = 0
    while piece := os.pread(source, _PIECE, at):
        if piece != os.pread(target, len(piece), at):
            for start in range(0, len(piece), _PAGE):
                page = piece[start : start + _PAGE]
                if page != os.pread(target, len(page), at + start):
                    os.pwrite(target, page, at + start)
        at += len(piece)
    return at


def _remove(target: Path, there: set[str]) -> None:
    """Take away what the source does not have, what is inside a folder before the folder."""
    for path in reversed([path for path, _ in walk(target) if path not in there]):
        _away(target / path)


def _away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            _away(inner)
        path.rmdir()
    else:
        path.unlink()
