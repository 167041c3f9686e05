"""With what an environment's Compose files are read, drawn from a project's settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from partywall.axes import flags
from partywall.compose import read
from partywall.compose.outward import Outward
from partywall.compose.public import Public
from partywall.compose.settings import EnvironmentSettings
from partywall.flags import definitions
from partywall.model.choices import Flags
from partywall.workflows import parts, variables
from partywall.workflows.flags.kept import Kept
from partywall.workflows.variables import Given

if TYPE_CHECKING:
    from partywall.workflows.project import Project


def requested(project: Project, environment: EnvironmentSettings) -> read.Request:
    """What is read of an environment, and what it must not share with production."""
    return _request(project, environment, project.given(environment.name), addressed=True)


def unaddressed(project: Project, environment: EnvironmentSettings) -> read.Request:
    """The same before it is known where the environment answers, as far as it can be understood."""
    source = project.sources.of(environment.name)
    read_there = msgspec.structs.replace(environment, env_files=source.env_files)
    given = variables.given(project.settings, read_there, project.store, {}, source.settings)
    request = _request(project, environment, given, addressed=False)
    return msgspec.structs.replace(request, lenient=True)


def _request(
    project: Project, environment: EnvironmentSettings, given: Given, *, addressed: bool
) -> read.Request:
    name = environment.name

    def keep(variable: str, value: str) -> str:
        return str(project.store.refer(name, {variable: value})[variable])

    def own(variable: str, made: Callable[[], str]) -> str:
        return str(project.store.latest(name, variable) or keep(variable, made()))

    made = project.engine.definitions and environment.attach is None
    apart = made and (project.scratch or not environment.production)
    source = project.sources.of(name)
    return read.Request(
        folder=source.settings.folder,
        environment=name,
        environments=tuple(project.settings.environments),
        project=f"{project.settings.project}-{name}",
        files=source.settings.compose,
        profiles=environment.profiles,
        variables=given.variables,
        env_files=tuple(file.path for file in source.env_files),
        stand_for=source.stand_for,
        made=frozenset(given.new),
        services=project.settings.services,
        settings_place=project.settings.file,
        beside=_definitions(project, source.settings.folder),
        keep=keep,
        own=own if apart else None,
        public=_public(project, environment) if made and addressed else None,
        outward=_outward(project, environment) if apart else True,
        lenient=project.lenient,
    )


def outward(project: Project, name: str) -> Outward | None:
    """Which services of an environment may act on the world; None: none of them is turned off."""
    said = project.environment(name)
    made = project.engine.definitions and said.attach is None
    apart = made and (project.scratch or not said.production)
    return _outward(project, said) if apart else None


def _outward(project: Project, environment: EnvironmentSettings) -> Outward:
    """Nothing of a scratch copy acts on the world, its production least of all."""
    return False if project.scratch else environment.outward


def told(project: Project, environment: EnvironmentSettings) -> dict[str, str]:
    """The variables by which an app knows where it is."""
    return {
        "PARTYWALL_ENVIRONMENT": environment.name,
        "PARTYWALL_DOMAIN": environment.domain,
        "PARTYWALL_URL": project.url(environment.name),
        **{
            f"PARTYWALL_URL_{name}": project.url(environment.name, variables.label_of(name))
            for name in variables.asked_labels(project.sources.of(environment.name).settings)
        },
        **parts.told(project, environment.name),
        **_flags(project, environment.name),
    }


def _flags(project: Project, name: str) -> dict[str, str]:
    """Where flags are asked for, and where they lie for who evaluates them itself."""
    if project.choices.flags is not Flags.ON or name in project.attachments:
        return {}
    return {
        "PARTYWALL_FLAGS_URL": f"http://{flags.NAME}:{flags.PORT}",
        "PARTYWALL_FLAGS_DIR": str(Kept(project.home, name).served),
    }


def _definitions(project: Project, folder: Path) -> tuple[Path, ...]:
    """The files that define flags; in a checkout, too, where nobody reads them."""
    if project.choices.flags is not Flags.ON:
        return ()
    names = (definitions.COMMON, *project.settings.environments)
    return tuple(path for name in names for path in definitions.places(folder, name))


def _public(project: Project, environment: EnvironmentSettings) -> Public:
    return Public(
        origin=project.url(environment.name),
        domain=environment.domain,
        production=project.settings.production.domain,
        is_production=environment.production,
    )
