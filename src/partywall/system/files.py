"""Files written whole or not at all, and read with errors that name them."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from partywall.model.errors import MachineFailed, Place
from partywall.system.decoding import decode

_REMEDIES = {
    errno.ENOSPC: "free some disk space and run the same command again; nothing is half written",
    errno.EDQUOT: "raise the quota or free some space, then run the same command again",
    errno.EROFS: "the file system is read-only: mount it writable or work in another folder",
    errno.EACCES: "give your user the right to it, or run as the user who made it",
    errno.EPERM: "give your user the right to it, or run as the user who made it",
    errno.EISDIR: "a folder is where a file should be: move it away",
}


def failed(error: OSError, doing: str, path: Path | str) -> MachineFailed:
    """The error a user can act on for an operating system's error."""
    return MachineFailed(
        f"cannot {doing}: {(error.strerror or str(error)).lower()}",
        where=Place(str(path)),
        remedy=_REMEDIES.get(error.errno or 0, "look at the path and run the same command again"),
    )


def make_folder(path: Path, mode: int = 0o700) -> Path:
    """The folder, made with its parents if need be.

    Raises:
        MachineFailed: when it cannot be made.
    """
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise failed(error, "make the folder", path) from error
    return path


def write_atomically(path: Path, data: bytes, mode: int = 0o600, *, lasts: bool = True) -> None:
    """Replace a file's content: readers see the old or the new, a crash leaves one of them.

    Args:
        path: the file.
        data: its content.
        mode: its rights.
        lasts: whether it survives a power cut; False for what is of no use after one, or is written
            out together with more.

    Raises:
        MachineFailed: when it cannot be written; the old content is then still there.
    """
    make_folder(path.parent)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            if lasts:
                os.fsync(file.fileno())
        Path(temporary).replace(path)
        if lasts:
            sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise failed(error, "write", path) from error


def write_where_named(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file that somebody names: whole or not at all, but straight into a device or a pipe.

    Raises:
        MachineFailed: when it cannot be written.
    """
    if not _is_open_end(path):
        write_atomically(path, data, mode)
        return
    try:
        with path.open("ab") as file:
            file.write(data)
    except OSError as error:
        raise failed(error, "write", path) from error


def _is_open_end(path: Path) -> bool:
    """Whether it is no file that could be replaced, `/dev/stdout` included, wherever that leads."""
    of_the_kernel = path.absolute().parts[1:2] in (("dev",), ("proc",))
    return (path.is_symlink() and of_the_kernel) or (path.exists() and not path.is_file())


def sync_folder(folder: Path) -> None:
    """Have a folder's names on disk, without which a rename does not survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_bytes(path: Path) -> bytes | None:
    """A file's content, or None when there is no such file.

    Raises:
        MachineFailed: when it is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failed(error, "read", path) from error


def read_json(path: Path) -> Any:  # noqa: ANN401  (the caller knows the shape)
    """A JSON file's content, or None when there is no such file.

    Raises:
        MachineFailed: when it is not JSON.
    """
    data = read_bytes(path)
    if data is None:
        return None
    try:
        return decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error


def corrupted(path: Path, why: str) -> MachineFailed:
    """The error for a file of ours whose content is not what we wrote."""
    return MachineFailed(
        f"this file is damaged: {why}",
        where=Place(str(path)),
        remedy="restore it from a backup, or move it away and run `partywall doctor`",
    )
