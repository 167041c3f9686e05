"""Opens the project that a user points at."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.compose import envfiles, read
from partywall.compose import settings as compose_settings
from partywall.compose.folder import compose_files, no_compose_file
from partywall.compose.settings import Settings
from partywall.execution import state
from partywall.model.errors import BadInput, Place
from partywall.workflows.previews import with_previews
from partywall.workflows.project import HOME, Project


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """What the user points at."""

    folder: Path = Path()
    files: tuple[Path, ...] = ()
    """Compose files; empty means what the settings say."""
    settings: Path | None = None
    engine: str | None = None
    commons: Path | None = None
    """Where that is kept which projects have in common; None: as the environment says."""


def open_project(where: Where) -> Project:
    """The project in a folder; nothing is changed.

    Raises:
        BadInput: when the settings are wrong, or nothing here says that there is a project.
        MachineFailed: when the installation's state is damaged.
    """
    folder = where.folder.absolute()
    if not folder.is_dir():
        raise BadInput(
            "there is no such folder", where=Place(str(folder)), remedy="name the app's folder"
        )
    settings = compose_settings.load(folder, where.settings)
    if where.files:
        files = tuple(file.absolute() for file in where.files)
        settings = msgspec.structs.replace(settings, compose=files)
    recorded = state.read(folder / HOME)
    if recorded is None and settings.file is None and not _has_compose_file(settings):
        raise no_compose_file(folder)
    settings = with_previews(settings, folder / HOME)
    name = where.engine or settings.engine or (recorded.engine.name if recorded else None)
    return Project(settings, name, commons=where.commons)


def reopened(project: Project) -> Project:
    """The same project, read anew from its files.

    Raises:
        BadInput: when its settings are wrong by now.
    """
    file = project.settings.file
    settings = compose_settings.load(project.folder, Path(file.file) if file else None)
    settings = msgspec.structs.replace(settings, compose=project.settings.compose)
    settings = with_previews(settings, project.home)
    return Project(settings, project.chosen_engine, commons=project.said_commons)


def _has_compose_file(settings: Settings) -> bool:
    """Whether one is named or found; which one, reading says."""
    if settings.compose or compose_files(settings.folder):
        return True
    environments = settings.environments.values()
    return any(read.NAMED_BY in envfiles.load(one.env_files) for one in environments)
