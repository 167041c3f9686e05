"""What is known of an environment's flags: the files' word and what has been said since."""

from __future__ import annotations

import msgspec

from partywall.flags import definitions
from partywall.flags.definitions import Defined, Flag
from partywall.flags.settings import Setting, Settings
from partywall.model.choices import Flags as Served
from partywall.model.errors import BadInput
from partywall.workflows.flags.kept import Kept
from partywall.workflows.project import Project


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """An environment's flags."""

    environment: str
    defined: Defined
    settings: Settings

    def flag(self, key: str) -> Flag:
        """A flag by its name.

        Raises:
            BadInput: when no file defines it for this environment.
        """
        if found := self.defined.flags.get(key):
            return found
        known = ", ".join(self.defined.flags) or "none yet"
        raise BadInput(
            f"{self.environment} has no flag `{key}`",
            remedy=f"it has {known}; `partywall flags create {key}` defines one",
        )

    def setting(self, key: str) -> Setting:
        """What has been said of it."""
        return self.settings.of(key)


def kept(project: Project, environment: str) -> Kept:
    """Where an environment's flags are.

    Raises:
        BadInput: when there is no such environment.
    """
    return Kept(project.home, project.environment(environment).name)


def read(project: Project, environment: str) -> Flags:
    """An environment's flags; nothing is changed.

    Raises:
        BadInput: when there is no such environment, or a file is wrong.
        MachineFailed: when what was said cannot be read.
    """
    place = kept(project, environment)
    return Flags(
        environment=environment,
        defined=definitions.load(project.folder, environment),
        settings=place.settings(),
    )


def unserved(project: Project) -> str:
    """Why nothing of this reaches the app, in a sentence; empty when it does."""
    if project.choices.flags is Served.ON:
        return ""
    return (
        "nobody serves these flags: the architecture has `flags: off`; write for example "
        "`architecture: dual + flags`, and `partywall up`"
    )


def every(project: Project) -> list[Flags]:
    """The flags of all environments, production's first; raises as `read` does."""
    production = project.settings.production.name
    names = sorted(project.settings.environments, key=lambda name: (name != production, name))
    return [read(project, name) for name in names]
