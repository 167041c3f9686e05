"""Files at paths of a view where the machine has none: links in folders made anew for the view.

A folder that must get an entry is covered by a small tmpfs, everything that it had is mounted
back, and the link stands beside it. The root cannot be covered, so it is made anew elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from . import syscalls
from .failure import SupervisionError

_COVER = syscalls.MS_NOSUID | syscalls.MS_NODEV
_ROOT = Path("/")


def make_root(files: Iterable[str], scratch: Path) -> None:
    """Make the root anew when one of these paths needs an entry in it.

    Args:
        files: the paths that will be shown.
        scratch: an existing folder; the new root is mounted there, in this view alone.
    """
    if any(_nearest(Path(file)) == _ROOT for file in files):
        _renew(_ROOT, scratch)


def show(files: Mapping[str, str]) -> None:
    """Let each path lead to a file, in a view that this process alone has.

    Args:
        files: path → the file that is found there; `make_root` has been told of them.

    Raises:
        SupervisionError: when a folder stands where a file shall be.
    """
    ours = {_ROOT}
    umask = os.umask(0o022)
    try:
        for target, source in sorted(files.items()):
            _link(Path(target), source, ours)
    finally:
        os.umask(umask)


def _nearest(target: Path) -> Path:
    """The deepest thing above a path that is there."""
    return next(above for above in target.parents if above.exists())


def _link(target: Path, source: str, ours: set[Path]) -> None:
    there = _nearest(target)
    if not there.is_dir():
        raise SupervisionError(f"{target} cannot be shown: {there} is no folder")
    folder = there.resolve()
    if folder not in ours:
        _renew(folder, folder)
        ours.add(folder)
    for part in target.parent.relative_to(there).parts:
        folder /= part
        folder.mkdir()
        ours.add(folder)
    _clear(folder / target.name)
    (folder / target.name).symlink_to(source)


def _clear(path: Path) -> None:
    """Make room in a folder of ours for what is shown instead."""
    if path.is_symlink():
        path.unlink()
    elif path.is_dir():
        raise SupervisionError(f"{path} cannot be shown: it is a folder of this machine")
    elif path.exists():
        syscalls.unmount(str(path), syscalls.MNT_DETACH)
        path.unlink()


def _renew(folder: Path, cover: Path) -> None:
    """The same folder with the same entries, on a file system that takes more of them.

    Args:
        folder: the folder.
        cover: where that is mounted: on the folder itself, or elsewhere for the root.
    """
    before = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        facts = os.fstat(before)
        # Where anybody may write, programs keep more than links.
        size = "" if facts.st_mode & stat.S_IWOTH else ",size=1m"
        who = f"uid={facts.st_uid},gid={facts.st_gid}"
        mode = f"mode={stat.S_IMODE(facts.st_mode):o}"
        # What holds a new root comes first, before anything is mounted in that.
        names = sorted(_names(folder), key=lambda name: not cover.is_relative_to(folder / name))
        syscalls.mount("tmpfs", str(cover), "tmpfs", _COVER, f"{mode},{who}{size}")
        for name in names:
            _mount_back(before, name, cover / name)
    finally:
        os.close(before)
    if folder == _ROOT:
        os.chroot(cover)
        os.chdir("/")


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _mount_back(before: int, name: str, path: Path) -> None:
    """One entry; what even root may not look at stays away."""
    try:
        entry = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=before)
        kind = os.fstat(entry).st_mode
    except OSError:
        return
    try:
        if stat.S_ISLNK(kind):
            path.symlink_to(os.readlink("", dir_fd=entry))
            return
        if stat.S_ISDIR(kind):
            path.mkdir()
        else:
            path.touch()
        source = f"/proc/self/fd/{entry}"
        syscalls.mount(source, str(path), "", syscalls.MS_BIND | syscalls.MS_REC)
    finally:
        os.close(entry)
