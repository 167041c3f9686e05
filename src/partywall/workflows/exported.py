"""The files of a commit in a folder of their own, which is gone afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from partywall.data.checkouts import CHECKOUTS
from partywall.execution.owner import started
from partywall.model.errors import BadInput, Place, Refused
from partywall.system.files import make_folder
from partywall.system.git import Repository, remove_tree
from partywall.workflows.project import Project

_NAME = "revision"
_LEFT = re.compile(rf"{_NAME}-(?P<pid>[0-9]+)-(?P<start>[0-9]*)-[0-9a-f]+")


def commit(project: Project, revision: str) -> str:
    """The whole name of a commit.

    Raises:
        BadInput: when there is no such revision, or no repository.
    """
    try:
        found = Repository(project.folder).commit(revision)
    except BadInput:
        raise BadInput(
            "this folder is in no git repository, so there are no revisions",
            where=Place(str(project.folder)),
            remedy="compare environments and snapshots",
        ) from None
    if found is None:
        raise BadInput(
            f"there is no revision {revision}", remedy="name a commit, a branch or a tag of git"
        )
    return found


@contextmanager
def of(project: Project, commit: str) -> Iterator[Path]:
    """A folder with the files of a commit, beside those of environments.

    Raises:
        Refused: when part of the source is in other repositories.
        MachineFailed: with git's last words.
    """
    _remove_left(project)
    name = f"{_NAME}-{os.getpid()}-{started(os.getpid())}-{uuid4().hex[:6]}"
    parent = make_folder(project.home / CHECKOUTS, 0o711)
    folder = make_folder(parent / name, 0o755)
    try:
        Repository(project.folder).export(commit, folder)
        if (folder / ".gitmodules").exists():
            raise Refused(
                f"{commit[:12]} has submodules, which its files alone do not hold",
                remedy="put what they hold into the commit",
            )
        yield folder
    finally:
        remove_tree(folder)


def _remove_left(project: Project) -> None:
    """What was left by somebody who was killed."""
    for path in (project.home / CHECKOUTS).glob(f"{_NAME}-*"):
        match = _LEFT.fullmatch(path.name)
        if match and started(int(match["pid"])) != match["start"]:
            remove_tree(path)
