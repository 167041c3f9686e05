"""Reads what is there, says what it understood, and writes the first settings."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, NamedTuple

from partywall import catalog
from partywall.compose import public, start
from partywall.compose import settings as compose_settings
from partywall.compose.envfiles import write_new
from partywall.model.errors import BadInput, PartywallError
from partywall.workflows import variables
from partywall.workflows.former import former
from partywall.workflows.project import Project

Report = dict[str, Any]


class Proposed(NamedTuple):
    """A project as it would be set up, and why its domain is what it is."""

    project: Project
    why: str
    """Empty: nothing says where production answers."""


def chosen(project: Project, architecture: str) -> Project:
    """The project as it would be with another architecture than the default.

    Raises:
        BadInput: when there is no such architecture, or settings that choose one already.
    """
    names = [name.strip() for name in architecture.split("+")]
    catalog.choices(names)
    settings = project.settings
    if settings.file is not None:
        raise BadInput(
            f"{compose_settings.NAME} is there already, and chooses the architecture",
            where=settings.where("architecture"),
            remedy=f"write `architecture: {' + '.join(names)}` there; "
            "`partywall plan` shows what follows",
        )
    made = compose_settings.with_architecture(settings, names)
    return Project(made, project.chosen_engine)


def proposed(project: Project) -> Proposed:
    """The project with the public domain of its production, where one alone is known.

    Raises:
        BadInput: when there is no Compose file, or nothing of it can be understood.
    """
    settings = project.settings
    if settings.file is not None:
        return Proposed(project, "")
    project.lenient = True
    name = settings.production.name
    found = public.said(project.apps([name])[name].services.values())
    if len(found) != 1:
        return Proposed(project, "")
    [(domain, why)] = found.items()
    made = compose_settings.with_domain(settings, domain)
    return Proposed(Project(made, project.chosen_engine), why)


def report(project: Project) -> Report:
    """What was understood of the Compose file, found in it, and refused; nothing is written.

    Raises:
        BadInput: when there is no Compose file, or nothing of it can be understood.
    """
    project.lenient = True
    apps = project.apps(project.settings.environments)
    made = start.report(apps.values())
    made["running"] = _running(project)
    if not made["running"] and (found := former(project)):
        made["findings"].append(
            {"service": "", "kind": "former-data", "what": found.what, "action": found.action}
        )
    made["refusals"] += [
        {"service": "", "kind": "engine", "what": what, "remedy": remedy}
        for what, remedy in _engine_refusals(project)
    ]
    return made


def write(project: Project, reported: Report, why: str = "") -> list[Path]:
    """The settings and an env file per environment, where there are none; returns what was made.

    Args:
        project: the project.
        reported: what was understood of it.
        why: what says its domain; empty: nothing.

    Raises:
        MachineFailed: when a file cannot be written; those before it are kept.
    """
    written = []
    path = project.folder / compose_settings.NAME
    text = start.text(project.settings, reported, project.chosen_engine, why)
    if write_new(path, text, mode=0o644):
        written.append(path)
    for name, said in project.settings.environments.items():
        if said.production and reported["running"]:
            continue  # it is attached, and has its values
        made = variables.write(project.settings, said, project.given(name))
        if made is not None:
            written.append(made)
    return written


def blanks(project: Project) -> dict[str, list[str]]:
    """Environment → variables that only a person can fill in."""
    found = {
        name: [key for key, value in project.given(name).new.items() if value is None]
        for name in project.settings.environments
    }
    return {name: keys for name, keys in found.items() if keys}


def _running(project: Project) -> list[str]:
    """The Compose projects of this folder that run already; none where no engine can say."""
    with contextlib.suppress(PartywallError):
        return [*project.engine.strangers()]
    return []


def _engine_refusals(project: Project) -> list[tuple[str, str]]:
    """What the engine cannot do, or why it cannot be asked; each with what to do."""
    try:
        sentences = project.engine.refusals(project.desired())
    except PartywallError as error:
        return [(error.what, error.remedy or "see to that first")]
    return [(one, "see its documentation") for one in sentences]
