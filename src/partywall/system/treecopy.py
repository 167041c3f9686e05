"""Copies of folders whose files change meanwhile: by reference where that can be, else read.

What is copied is nobody's picture of one moment: a database server makes it one, by its log.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from partywall.model.errors import MachineFailed, PartywallError, Place
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


def copy_tree(source: Path, target: Path, mode: Mode, skips: Skips = lambda _path: False) -> Copied:
    """Copy a folder into a new one; files that vanish on the way are left out.

    Raises:
        MachineFailed: when something cannot be read or written, such as for want of space.
    """
    done = Copied()
    try:
        for path, found in walk(source, skips):
            size = copy_one(below(source, path), below(target, path), found, mode)
            if size is not None:
                done = done.with_one(size)
    except OSError as error:
        raise failed(error, "copy", error.filename or source) from error
    return done


@contextlib.contextmanager
def still(folder: Path, gone: str) -> Iterator[None]:
    """What is read of a folder in the block is whole: it has its name to the end.

    Args:
        folder: one that loses its name before its files when it is removed.
        gone: what is said when it has.

    Raises:
        MachineFailed: when it has lost its name, whatever else failed for it.
    """
    try:
        yield
    except (PartywallError, OSError):
        if folder.is_dir():
            raise
    else:
        if folder.is_dir():
            return
    raise MachineFailed(gone, where=Place(str(folder)), remedy="run the same command again")


def copy_file(source: Path, target: Path, mode: Mode) -> int | None:
    """Copy one file; its size, or None when it is not there any more.

    Raises:
        MachineFailed: when it cannot be read or written.
    """
    try:
        return copy_one(str(source), str(target), source.lstat(), mode)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failed(error, "copy", source) from error


def clones(source: Path, folder: Path) -> bool:
    """Whether a file can be copied by reference into a folder, found by trying.

    The copy has no name there: who is killed meanwhile leaves nothing.
    """
    try:
        with source.open("rb") as one, tempfile.TemporaryFile(dir=folder) as other:
            fcntl.ioctl(other, FICLONE, one.fileno())
    except OSError:
        return False
    return True


def walk(folder: Path, skips: Skips = lambda _path: False) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below, a folder before what is in it; the folder itself is the empty path."""
    yield "", folder.stat()
    inside = [""]
    while inside:
        inner = inside.pop()
        try:
            entries = list(os.scandir(below(folder, inner)))
        except FileNotFoundError:
            continue
        for entry in entries:
            path = f"{inner}/{entry.name}" if inner else entry.name
            if skips(path):
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(found.st_mode):
                inside.append(path)
            yield path, found


def below(folder: Path, path: str) -> str:
    """A path in a folder, as text: of thousands of files `Path` would take a third of the time."""
    return f"{folder}/{path}" if path else str(folder)


def copy_one(source: str, target: str, found: os.stat_result, mode: Mode) -> int | None:
    """Copy one thing; the bytes of a file, None of anything else.

    Raises:
        OSError: when it cannot be read or written, or something is there already.
    """
    kind = found.st_mode
    if stat.S_ISREG(kind):
        try:
            return _file(source, target, mode)
        except FileNotFoundError:
            if Path(target).parent.is_dir() and not Path(source).exists():
                return None
            raise
    if stat.S_ISDIR(kind):
        Path(target).mkdir(mode=0o700)
        # Into a folder that is ours more is to be written, and removed from.
        Path(target).chmod(stat.S_IMODE(kind) | (stat.S_IRWXU if os.geteuid() else 0))
    elif stat.S_ISLNK(kind):
        Path(target).symlink_to(Path(source).readlink())
    else:
        return None  # sockets and pipes are whose they are
    if os.geteuid() == 0:
        os.chown(target, *_owner(found, mode), follow_symlinks=False)
    return None


def _owner(found: os.stat_result, mode: Mode) -> tuple[int, int]:
    return (found.st_uid, found.st_gid) if mode.owner is None else (mode.owner, mode.owner)


def _file(source: str, target: str, mode: Mode) -> int:
    one = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(one)
        other = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if os.geteuid() == 0:
                os.fchown(other, *_owner(found, mode))
            os.fchmod(other, stat.S_IMODE(found.st_mode))
            if not mode.by_reference:
                return _read(one, other)
            fcntl.ioctl(other, FICLONE, one)
            return os.fstat(other).st_size
        finally:
            os.close(other)
    finally:
        os.close(one)


def _read(source: int, target: int) -> int:
    """The kernel copies; between file systems, too."""
    size = 0
    while copied := os.sendfile(target, source, size, _PIECE):
        size += copied
    # The disk begins to write while the next file is copied.
    os.posix_fadvise(target, 0, 0, os.POSIX_FADV_DONTNEED)
    return size
