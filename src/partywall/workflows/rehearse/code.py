"""The code that is rehearsed: where a branch is by now, though its environment stands elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from partywall.model.world import Instance
from partywall.system.decoding import decode
from partywall.workflows import exported
from partywall.workflows.project import Project


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
        Refused: when the branch has parted from the remote's, the checkout was edited, or part of
            the source is in other repositories.
    """
    said = project.environment(environment)
    if not project.sources.apart or said.production or said.attach is not None:
        yield Code(project=project, folder=project.sources.of(environment).settings.folder)
        return
    made = Project(project.settings, project.chosen_engine)
    made.commits[environment] = made.sources.tip(said)
    if made.sources.of(environment).lasting:
        yield Code(project=made, folder=made.sources.of(environment).settings.folder)
        return
    with exported.of(made, made.commits[environment]) as folder:
        checkout = made.sources.checkout(said)
        yield Code(
            project=made,
            folder=folder / checkout.inner,
            moved=lambda one: _moved(one, checkout.folder, folder),
        )


def _moved(one: Instance, former: str, folder: Path) -> Instance:
    """The same with another checkout; both are named as seen from the project's folder."""
    now = f"{Path(former).parent}/{folder.name}"
    text = re.sub(rf'{re.escape(former)}(?=["/])', now, msgspec.json.encode(one).decode())
    return decode(text, Instance)
