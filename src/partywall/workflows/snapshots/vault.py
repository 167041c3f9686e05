"""The files that go with a snapshot: found in production, copied, and copied when it opens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from partywall.model.errors import BadInput, Refused
from partywall.model.world import Instance, Job, environment_of
from partywall.system import treecopy
from partywall.system.files import make_folder
from partywall.system.treecopy import Mode, copy_tree
from partywall.workflows.project import Project
from partywall.workflows.snapshots import mounted
from partywall.workflows.snapshots.mounted import Held
from partywall.workflows.snapshots.store import FILES


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of files in production."""

    name: str
    folder: Path
    bytes: int
    first: Path | None
    """One of its files; None: it has none."""

    def shares(self, store: Path) -> bool:
        """Whether copies in a folder share their blocks with it."""
        return self.first is not None and treecopy.clones(self.first, store)


def find(project: Project, environment: str, words: Iterable[str]) -> list[Files]:
    """The folders that are asked for; nothing is changed.

    Raises:
        BadInput: when there is no such one.
        Refused: when one cannot be read from here.
    """
    asked = list(words)
    if not asked:
        return []
    every = mounted.ALL in asked
    things = project.seen().things()
    instances = (one.instance if isinstance(one, Job) else one for one in things)
    mine = (one for one in instances if isinstance(one, Instance))
    known = mounted.held(one for one in mine if environment_of(one.key) == environment)
    found = [(one, _folder(project, environment, one)) for one in mounted.chosen(known, asked)]
    usable = [(one, folder) for one, folder in found if _usable(project, one, folder, every=every)]
    if not usable:
        raise BadInput(f"{environment} keeps no files in folders")
    return [_looked(one.name, folder) for one, folder in usable if folder]


def copy(files: Iterable[Files], draft: Path) -> dict[str, int]:
    """Copy them into a snapshot, to whom they belong; name → bytes.

    Raises:
        MachineFailed: when one cannot be read or written.
    """
    copied = {}
    for one in files:
        target = make_folder(draft / FILES) / one.name
        mode = Mode(by_reference=one.shares(draft))
        copied[one.name] = copy_tree(one.folder, target, mode).bytes
    return copied


def opened(names: Iterable[str], place: Path, folder: Path, owner: int | None) -> None:
    """Copy a snapshot's files into the folder of an open copy.

    Args:
        names: which.
        place: the snapshot's folder.
        folder: the open copy's.
        owner: who shall have them; None: whose they are.
    """
    for name in names:
        source, target = place / FILES / name, make_folder(folder / FILES) / name
        shared = _looked(name, source).shares(folder)
        copy_tree(source, target, Mode(by_reference=shared, owner=owner))


def places(names: Iterable[str], folder: Path) -> Mapping[str, Path]:
    """Where the files of an open copy are, by name."""
    return {name: folder / FILES / name for name in names}


def needed(files: Iterable[Files], store: Path) -> int:
    """Bytes that copies of them take in a store."""
    return sum(one.bytes for one in files if not one.shares(store))


def _folder(project: Project, environment: str, one: Held) -> Path | None:
    """Where it is on this machine; None: in no folder that is known."""
    if one.mount.kind == "bind":
        return project.folder / one.mount.source
    found = project.engine.folder(one.mount.source)
    if found is None and environment in project.attachments:
        return project.engine.throwaways().place(one.instance, one.mount.target)
    return found


def _usable(project: Project, one: Held, folder: Path | None, *, every: bool) -> bool:
    """Whether it can be copied; what was not named and is no folder of files is left out.

    Raises:
        Refused: when it should be, and cannot be.
    """
    bound = one.mount.kind == "bind"
    if folder is not None and bound:
        if folder.is_file() or folder.is_socket():
            return False
        if project.home.resolve().is_relative_to(folder.resolve()):
            if every:
                return False
            raise Refused(f"{one.name} holds the snapshots themselves", remedy="name another one")
    if folder is None or not os.access(folder, os.R_OK | os.X_OK):
        raise Refused(
            f"the files of {one.name} cannot be read from here",
            remedy="run the command as root: the engine keeps them closed to others",
        )
    return True


def _looked(name: str, folder: Path) -> Files:
    size, first = 0, None
    for root, _, names in os.walk(folder):
        for path in (Path(root, one) for one in names):
            try:
                found = path.lstat()
            except OSError:
                continue
            size += found.st_size
            if first is None and path.is_file() and not path.is_symlink() and found.st_size:
                first = path
    return Files(name=name, folder=folder, bytes=size, first=first)
