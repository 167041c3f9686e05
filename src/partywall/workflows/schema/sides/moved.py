"""A service as it is described, with its paths where the files of a commit are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from partywall.data.checkouts import CHECKOUTS
from partywall.model.app import Mount
from partywall.model.world import Instance, environment_of
from partywall.system.git import Repository
from partywall.workflows.project import Project

Way = Callable[[str], str | None]
"""A path of now → the same of the commit, seen from the project's folder; None: there is none."""


def moved(project: Project, like: Instance, tree: Path, commit: str) -> Instance:
    """The same service with the code of a commit: its folder, its build, what is bound into it.

    What no commit knows, and what is outside of the repository, stays where it is.
    """
    top = project.home / CHECKOUTS / environment_of(like.key)
    tops = [top, Repository(project.folder).top]
    return relocated(like, lambda path: there(project.folder, tops, tree, path), commit)


def relocated(like: Instance, way: Way, commit: str) -> Instance:
    """With every path led there; pure."""
    context = str((like.build or {}).get("context", ""))
    now = (way(context) if context else None) or context
    definition = dict(like.definition)
    if isinstance(definition.get("build"), dict):
        definition["build"] = _built(definition["build"], now)
    return msgspec.structs.replace(
        like,
        folder=way(like.folder or ".") or like.folder,
        build=None if like.build is None else _built(like.build, now),
        mounts=tuple(_mounted(mount, way) for mount in like.mounts),
        definition=definition,
        config={**like.config, now: commit} if context else like.config,
    )


def _built(build: dict[str, Any], context: str) -> dict[str, Any]:
    return {**build, "context": context} if context else build


def _mounted(mount: Mount, way: Way) -> Mount:
    there = way(mount.source) if mount.kind == "bind" else None
    return mount if there is None else msgspec.structs.replace(mount, source=there)


def there(project: Path, tops: list[Path], tree: Path, path: str) -> str | None:
    """Where the commit has a path of now; None when it has none, or it is outside of all tops."""
    here = Path(os.path.normpath(project / path))
    for top in tops:
        for one, other in ((here, top), (here.resolve(), top.resolve())):
            if one.is_relative_to(other):
                found = tree / one.relative_to(other)
                return f"./{found.relative_to(project)}" if found.exists() else None
    return None
