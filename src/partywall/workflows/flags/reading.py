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


def surely(project: Project, environment: str) -> Flags:
    """The same, and those that are served; where a file is wrong, only those.

    Raises:
        BadInput: when there is no such environment, or nothing was served yet.
        MachineFailed: when what was said cannot be read.
    """
    place = kept(project, environment)
    served = place.defined()
    try:
        defined = definitions.load(project.folder, environment)
    except BadInput:
        if served is None:
            raise
        defined = served
    both = {**(served.flags if served else {}), **defined.flags}
    whole = msgspec.structs.replace(defined, flags=dict(sorted(both.items())))
    return Flags(environment=environment, defined=whole, settings=place.settings())


def trouble(project: Project, environment: str) -> str:
    """What is wrong with a file, in a sentence; empty when nothing is."""
    try:
        definitions.load(project.folder, kept(project, environment).environment)
    except BadInput as error:
        return f"{error.what} ({error.where}): it goes by what is served"
    return ""


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
    return [read(project, name) for name in names(project)]


def names(project: Project) -> list[str]:
    """All environments, production first."""
    production = project.settings.production.name
    return sorted(project.settings.environments, key=lambda name: (name != production, name))
