"""Schemas: what an app writes that fits only a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from partywall.model.choices import DatabaseWall
from partywall.system.sqltexts import naming_public
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.project import Project

_SHOWN = 20


def names_public(project: Project) -> Iterator[Finding]:
    """Schemas: no SQL of the app names `public`, when its tables are elsewhere."""
    if project.choices.database is not DatabaseWall.SCHEMA:
        return
    for folder in contexts(project):
        found = list(islice(naming_public(folder), _SHOWN + 1))
        for one in found[:_SHOWN]:
            shown = (
                one.file.relative_to(project.folder)
                if one.file.is_relative_to(project.folder)
                else one.file
            )
            yield finding(
                "schemas",
                f"{shown}:{one.line} names the schema public, where no table is: {one.text[:80]}",
                "leave `public.` out: the login's search_path finds the environment's own",
            )
        if len(found) > _SHOWN:
            yield finding(
                "schemas",
                f"more lines below {folder} name the schema public",
                "mend these first, and look again; or choose `database: database`",
            )


def contexts(project: Project) -> list[Path]:
    """The folders that images are built from, none of them inside another."""
    apps = project.apps(project.settings.environments).values()
    builds = (one.build or {} for app in apps for one in app.services.values())
    said = (build.get("context") for build in builds)
    folders = {(project.folder / str(path)).resolve() for path in said if path}
    return sorted(one for one in folders if one.is_dir() and not folders & {*one.parents})
