"""Data in bound folders that a change of `source` or `files` would leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from partywall.model.errors import Refused
from partywall.model.world import FileSpace, Instance, Job, World, environment_of
from partywall.workflows.project import Project


def check(project: Project, desired: World, scope: str | None = None) -> None:
    """Refuse a world in which a service would start on an empty folder, its data being elsewhere.

    Raises:
        Refused: with both folders.
    """
    _check_vaults(project, desired)
    mine = [name for name in project.settings.environments if scope in (None, name)]
    for name in mine:
        if name in project.attachments or not _has_lived(project, name):
            continue
        for key, source in _written(desired, name):
            former = _former(project, name, source)
            if former is not None and _has_data(project, former):
                raise Refused(
                    f"{key} has data in {former}, and would have an empty {source} from now on: "
                    "every environment that has a checkout has the folders in it",
                    where=project.settings.where("source")
                    or project.settings.where("architecture"),
                    remedy=f"write {former} into the Compose file, with all of its path, or use a "
                    "named volume",
                )


def _check_vaults(project: Project, desired: World) -> None:
    """What production has at the top of the folder that becomes a vault, it would not see."""
    known = {*project.settings.environments, "lost+found"}
    for thing in desired.things():
        if not isinstance(thing, FileSpace) or not thing.bound:
            continue
        part = project.folder / thing.options["device"]
        if project.environment(environment_of(thing.key)).production and not part.exists():
            there = [one.name for one in part.parent.glob("*") if one.stem not in known]
            if there:
                raise Refused(
                    f"{part.parent} is to be a vault in which each environment has a folder, and "
                    f"has {min(there)} in it: {thing.key} would be empty",
                    where=project.settings.where("files"),
                    remedy=f"stop who uses them and move them into {part}, or say `files: folder`",
                )


def _has_lived(project: Project, name: str) -> bool:
    """Production may have, before there was a Partywall."""
    return project.environment(name).production or (project.home / "state" / name).exists()


def _written(desired: World, name: str) -> Iterator[tuple[str, str]]:
    """The folders that an environment's services may write to, seen from the project's."""
    for thing in desired.things():
        instance = thing.instance if isinstance(thing, Job) else thing
        if isinstance(instance, Instance) and environment_of(thing.key) == name:
            for mount in instance.mounts:
                if mount.kind == "bind" and not mount.read_only:
                    yield thing.key, mount.source


def _former(project: Project, name: str, source: str) -> Path | None:
    """Where a folder was before its environment got a checkout, or lost it; None: it is there."""
    mine, known = project.sources.of(name).checkout, project.sources.deployed(name)
    if mine is not None and known is None:
        top = PurePosixPath(mine.folder) / mine.inner
        path = PurePosixPath(source)
        return project.folder / path.relative_to(top) if path.is_relative_to(top) else None
    if mine is None and known is not None and not source.startswith("/"):
        return project.folder / known.folder / known.inner / source
    return None


def _has_data(project: Project, folder: Path) -> bool:
    """Whether there is something in it that is no part of the source."""
    there = folder.is_file() or (folder.is_dir() and any(folder.iterdir()))
    return there and not project.sources.repository.knows(folder)
