"""A private view of the file system: what an account must reach, even below folders closed to it.

Absolute paths stay valid: a small tmpfs hides the topmost closed ancestor, the way to each
reachable path is made anew inside it, and the path itself is mounted back. All else below
that ancestor is gone from the view; nothing changes for anyone outside.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from . import shown as links
from . import syscalls
from .failure import SupervisionError
from .program import Account

_COVER = syscalls.MS_NOSUID | syscalls.MS_NODEV


class Piece(NamedTuple):
    """A place that must exist in the view: a path held open, or a symbolic link's text."""

    path: Path
    fd: int = -1
    link: str = ""


def enter(
    account: Account,
    reachable: Iterable[str],
    scratch: Path,
    shown: Mapping[str, str] | None = None,
) -> None:
    """Give this process a view in which `account` reaches every path (root only).

    Args:
        account: whose permissions decide what is closed.
        reachable: absolute paths of existing files or folders.
        scratch: an existing folder of root's, used for an instant inside the view.
        shown: path → the file that is found there, in this view alone.

    Raises:
        SupervisionError: a path is missing, or the machine forbids views and one is needed.
    """
    paths = [Path(path) for path in reachable]
    try:
        syscalls.unshare(syscalls.CLONE_NEWNS)
        syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
    except PermissionError as error:
        _need_no_view(account, paths, error)
        return
    _name_account(account, scratch)
    links.make_root(shown or (), scratch)
    _open_ways(account, paths)
    links.show(shown or {})


def pieces(path: Path) -> list[Piece]:
    """The links on the way to a path, and the real place at its end (fd is opened later)."""
    found: list[Piece] = []
    here, todo = Path("/"), deque(path.parts[1:])
    while todo:
        part = todo.popleft()
        here = here.parent if part == ".." else here / part
        if here.is_symlink():
            text = str(here.readlink())
            found.append(Piece(here, link=text))
            if len(found) > 40:
                raise SupervisionError(f"{path} leads in circles")
            target = Path(text)
            here = Path("/") if target.is_absolute() else here.parent
            todo.extendleft(reversed([part for part in target.parts if part != "/"]))
    return [*found, Piece(here)]


def closed(account: Account, path: Path) -> Iterator[Path]:
    """The folders above `path`, topmost first, that the account cannot pass through."""
    for folder in reversed(path.parents):
        if folder.is_dir() and not may_pass(account, folder.stat()):
            yield folder


def may_pass(account: Account, facts: os.stat_result) -> bool:
    """Whether permission bits let the account pass through a folder."""
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _open_ways(account: Account, paths: list[Path]) -> None:
    wanted = {piece.path: piece for path in paths for piece in pieces(path)}
    held = [
        _hold(piece) for _, piece in sorted(wanted.items(), key=lambda item: len(item[0].parts))
    ]
    umask = os.umask(0o022)
    try:
        for piece in held:
            _show(account, piece)
    finally:
        os.umask(umask)
        for piece in held:
            if piece.fd >= 0:
                os.close(piece.fd)


def _hold(piece: Piece) -> Piece:
    if piece.link:
        return piece
    try:
        return piece._replace(fd=os.open(piece.path, os.O_PATH | os.O_CLOEXEC))
    except OSError as error:
        raise SupervisionError(f"{piece.path} must be reachable but is not there") from error


def _show(account: Account, piece: Piece) -> None:
    cover = next(closed(account, piece.path), None)
    if cover is not None:
        syscalls.mount("tmpfs", str(cover), "tmpfs", _COVER, "mode=0755,size=1m")
    if piece.link:
        if not piece.path.is_symlink():
            piece.path.parent.mkdir(parents=True, exist_ok=True)
            piece.path.symlink_to(piece.link)
    elif not _is_there(piece):
        _mount_back(piece)


def _is_there(piece: Piece) -> bool:
    try:
        return os.path.samestat(piece.path.stat(), os.fstat(piece.fd))
    except OSError:
        return False


def _mount_back(piece: Piece) -> None:
    piece.path.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISDIR(os.fstat(piece.fd).st_mode):
        piece.path.mkdir(exist_ok=True)
    else:
        piece.path.touch()
    source = f"/proc/self/fd/{piece.fd}"
    syscalls.mount(source, str(piece.path), "", syscalls.MS_BIND | syscalls.MS_REC)


def _name_account(account: Account, scratch: Path) -> None:
    """Let getpwuid find the account inside the view; servers such as PostgreSQL insist on it."""
    user = f"{account.name}:x:{account.uid}:{account.gid}::/:/bin/sh\n"
    group = f"{account.name}:x:{account.gid}:\n"
    lines = {"/etc/passwd": "" if _has_user(account.uid) else user}
    lines["/etc/group"] = "" if _has_group(account.gid) else group
    if not any(lines.values()):
        return
    syscalls.mount("tmpfs", str(scratch), "tmpfs", _COVER, "mode=0755,size=4m")
    for target, line in lines.items():
        _append_line(scratch, Path(target), line)
    syscalls.unmount(str(scratch), syscalls.MNT_DETACH)


def _append_line(scratch: Path, target: Path, line: str) -> None:
    if line and target.exists():
        text = target.read_text(errors="surrogateescape")
        joint = "" if not text or text.endswith("\n") else "\n"
        copy = scratch / target.name
        copy.write_text(text + joint + line, errors="surrogateescape")
        copy.chmod(0o644)
        syscalls.mount(str(copy), str(target), "", syscalls.MS_BIND)


def _need_no_view(account: Account, paths: list[Path], error: OSError) -> None:
    shut = next((folder for path in paths for folder in closed(account, path)), None)
    if shut is not None:
        raise SupervisionError(
            f"this machine forbids private views ({error.strerror}) and {account.name} cannot"
            f" pass through {shut}",
            f"let others pass: chmod o+x {shut}, or move the project elsewhere",
        ) from error
    if not _has_user(account.uid):
        raise SupervisionError(
            f"this machine forbids private views ({error.strerror}) and has no user {account.uid}",
            f"add one: useradd --no-create-home --uid {account.uid} {account.name}",
        ) from error


def _has_user(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _has_group(gid: int) -> bool:
    try:
        grp.getgrgid(gid)
    except KeyError:
        return False
    return True
