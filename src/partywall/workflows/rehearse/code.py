"""The code that is rehearsed: where a branch is by now, though its environment stands elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from partywall.data.checkouts import CHECKOUTS
from partywall.execution.owner import started
from partywall.model.world import Instance
from partywall.system.decoding import decode
from partywall.system.git import remove_tree
from partywall.workflows.project import Project

_NAME = "rehearsal"
_LEFT = re.compile(rf"{_NAME}-(?P<pid>[0-9]+)-(?P<start>[0-9]*)")


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is."""

    project: Project
    """The project as it is with it."""
    folder: Path
    """Of the Compose file."""
    moved: Callable[[Instance], Instance] = lambda one: one
    """A service with its paths where its files are meanwhile."""


@contextmanager
def newest(project: Project, environment: str) -> Iterator[Code]:
    """The project with an environment at the end of its branch, whose files are there meanwhile.

    Where all environments have one folder it is what lies in it; production is as it stands.

    Raises:
        BadInput: when there is no such branch.
        Refused: when the branch has parted from the remote's, or the checkout was edited.
    """
    _remove_left(project)
    said = project.environment(environment)
    if not project.sources.apart or said.production or said.attach is not None:
        yield Code(project=project, folder=project.sources.of(environment).settings.folder)
        return
    made = Project(project.settings, project.chosen_engine)
    made.commits[environment] = made.sources.tip(said)
    if made.sources.of(environment).lasting:
        yield Code(project=made, folder=made.sources.of(environment).settings.folder)
        return
    folder = project.home / CHECKOUTS / f"{_NAME}-{os.getpid()}-{started(os.getpid())}"
    folder.mkdir(mode=0o755, parents=True)
    try:
        made.sources.repository.export(made.commits[environment], folder)
        checkout = made.sources.checkout(said)
        yield Code(
            project=made,
            folder=folder / checkout.inner,
            moved=lambda one: _moved(one, checkout.folder, folder),
        )
    finally:
        remove_tree(folder)


def _moved(one: Instance, former: str, folder: Path) -> Instance:
    """The same with another checkout; both are named as seen from the project's folder."""
    now = f"{Path(former).parent}/{folder.name}"
    text = re.sub(rf'{re.escape(former)}(?=["/])', now, msgspec.json.encode(one).decode())
    return decode(text, Instance)


def _remove_left(project: Project) -> None:
    """What was left by somebody who was killed."""
    for path in (project.home / CHECKOUTS).glob(f"{_NAME}-*"):
        match = _LEFT.fullmatch(path.name)
        if match and started(int(match["pid"])) != match["start"]:
            remove_tree(path)
