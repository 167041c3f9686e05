"""Copies of folders whose files change meanwhile: by reference where that can be, else read.

What is copied is nobody's picture of one moment: a database server makes it one, by its log.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from partywall.system.files import failed
from partywall.system.reflink import FICLONE

_PIECE = 1 << 26
"""Bytes that the kernel is asked to copy in one call."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a copy."""

    files: int = 0
    bytes: int = 0

    def with_one(self, size: int) -> Copied:
        """The same after one more file."""
        return Copied(files=self.files + 1, bytes=self.bytes + size)


Skips = Callable[[str], bool]
"""Whether a path below the folder is left out; of a folder, all in it."""


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """How it is copied."""

    by_reference: bool
    owner: int | None = None
    """Who all of it shall belong to, as user and group; None: to whom it belonged (as root)."""
    pause: Callable[[int], None] = lambda _bytes: None
    """Called after each file with its size: who copies beside a living server may go slowly."""


def copy_tree(source: Path, target: Path, mode: Mode, skips: Skips = lambda _path: False) -> Copied:
    """Copy a folder into a new one; files that vanish on the way are left out.

    Raises:
        MachineFailed: when something cannot be read or written, such as for want of space.
    """
    done = Copied()
    try:
        for path, found in walk(source, skips):
            size = copy_one(source / path, target / path, found, mode)
            if size is not None:
                done = done.with_one(size)
                mode.pause(size)
    except OSError as error:
        raise failed(error, "copy", error.filename or source) from error
    return done


def copy_file(source: Path, target: Path, mode: Mode) -> int | None:
    """Copy one file; its size, or None when it is not there any more.

    Raises:
        MachineFailed: when it cannot be read or written.
    """
    try:
        return copy_one(source, target, source.lstat(), mode)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failed(error, "copy", source) from error


def clones(source: Path, folder: Path) -> bool:
    """Whether a file can be copied by reference into a folder, found by trying."""
    draft = folder / f".clones-{os.getpid()}"
    try:
        with source.open("rb") as one, draft.open("xb") as other:
            fcntl.ioctl(other, FICLONE, one.fileno())
    except OSError:
        return False
    else:
        return True
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def sync_tree(folder: Path) -> None:
    """Have all of a folder on the disk, not only in memory.

    Raises:
        MachineFailed: when the disk does not take it.
    """
    try:
        for path, found in walk(folder):
            if not stat.S_ISLNK(found.st_mode):
                _sync(folder / path)
        _sync(folder)
    except OSError as error:
        raise failed(error, "write", folder) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def walk(
    folder: Path, skips: Skips = lambda _path: False, inner: str = ""
) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below, a folder before what is in it; the folder itself is the empty path."""
    if not inner:
        yield "", folder.stat()
    try:
        entries = list(os.scandir(folder / inner))
    except FileNotFoundError:
        return
    for entry in entries:
        path = f"{inner}/{entry.name}" if inner else entry.name
        if skips(path):
            continue
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        yield path, found
        if stat.S_ISDIR(found.st_mode):
            yield from walk(folder, skips, path)


def copy_one(source: Path, target: Path, found: os.stat_result, mode: Mode) -> int | None:
    """Copy one thing; the bytes of a file, None of anything else.

    Raises:
        OSError: when it cannot be read or written, or something is there already.
    """
    kind = found.st_mode
    size = None
    if stat.S_ISDIR(kind):
        target.mkdir(mode=0o700)
    elif stat.S_ISLNK(kind):
        target.symlink_to(source.readlink())
    elif stat.S_ISREG(kind):
        try:
            size = _file(source, target, mode)
        except FileNotFoundError:
            if target.parent.is_dir() and not source.exists():
                return None
            raise
    else:
        return None  # sockets and pipes are whose they are
    _own(target, found, mode)
    return size


def _own(target: Path, found: os.stat_result, mode: Mode) -> None:
    if os.geteuid() == 0:
        uid, gid = (found.st_uid, found.st_gid) if mode.owner is None else (mode.owner, mode.owner)
        os.chown(target, uid, gid, follow_symlinks=False)
    if not stat.S_ISLNK(found.st_mode):
        # Into a folder that is ours more is to be written, and removed from.
        more = stat.S_IRWXU if stat.S_ISDIR(found.st_mode) and os.geteuid() else 0
        target.chmod(stat.S_IMODE(found.st_mode) | more)


def _file(source: Path, target: Path, mode: Mode) -> int:
    with source.open("rb") as one, target.open("xb") as other:
        if mode.by_reference:
            fcntl.ioctl(other, FICLONE, one.fileno())
            return os.fstat(other.fileno()).st_size
        return _read(one.fileno(), other.fileno())


def _read(source: int, target: int) -> int:
    """The kernel copies; between file systems, too."""
    size = 0
    while copied := os.sendfile(target, source, size, _PIECE):
        size += copied
    # The disk begins to write while the next file is copied.
    os.posix_fadvise(target, 0, 0, os.POSIX_FADV_DONTNEED)
    return size
