"""Which environments are never made here, and what a choice names that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.compose.settings import EnvironmentSettings
from partywall.flags.definitions import FOLDER
from partywall.model.choices import Flags, Presence
from partywall.workflows.project import Project


def left_out(project: Project) -> tuple[str, ...]:
    """The environments of the settings that no command brings up: production stands alone."""
    if not project.asleep or project.choices.presence is Presence.SWITCHED:
        return ()
    return project.asleep


def answers(project: Project, said: EnvironmentSettings) -> bool:
    """Whether we give an environment an address, if only to say that it sleeps."""
    return said.attach is None and said.name not in left_out(project)


def way_up(project: Project, name: str) -> str:
    """What brings an environment up, as a remedy says it."""
    if name in left_out(project):
        presence = project.choices.presence.value
        return f"choose an architecture in which it stands: with `presence: {presence}` it does not"
    if name in project.asleep:
        return f"`partywall switch {name}` first"
    return f"`partywall up {name}` first"


def notes(project: Project) -> Iterator[str]:
    """What is missing for a word of the settings to have an effect."""
    if project.choices.flags is Flags.ON and not (project.folder / FOLDER).is_dir():
        yield (
            "`flags: on`, and no flag is defined yet: `partywall flags create NAME` defines one in "
            f"`{FOLDER}/`"
        )
