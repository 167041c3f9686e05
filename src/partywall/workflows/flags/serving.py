"""What files and people say of flags, put where the service and the app read it."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.flags import definitions
from partywall.model.choices import Flags
from partywall.workflows.flags.kept import Kept
from partywall.workflows.project import Project


def check(project: Project, names: Iterable[str]) -> None:
    """See that the files of these environments' flags can be served; nothing is changed.

    Raises:
        BadInput: when one is wrong, with file and line.
    """
    if project.choices.flags is Flags.ON:
        for name in names:
            definitions.load(project.folder, name)


def serve(project: Project, names: Iterable[str]) -> list[str]:
    """Serve the flags of these environments; says whose have changed.

    Raises:
        BadInput: when a file is wrong; what was served before still is.
        MachineFailed: when it cannot be written.
    """
    if project.choices.flags is not Flags.ON:
        return []
    said = []
    for name in names:
        place = Kept(project.home, name)
        with place.alone():
            defined = definitions.load(project.folder, name)
            if place.serve(defined):
                said.append(f"{len(defined.flags)} flags are served in {name}")
    return said
