"""The folders in which an installation keeps snapshots: by itself, or in its pool."""

from __future__ import annotations

from pathlib import Path

from partywall.model.errors import BadInput
from partywall.workflows import pool
from partywall.workflows.project import Project
from partywall.workflows.snapshots.store import Clone, Snapshot, Store

FOLDER = "copies"
"""Below the home folder, where there is no pool."""


def stores(project: Project) -> list[Store]:
    """Where snapshots may be, the best place for a new one first.

    Raises:
        MachineFailed: when there is a pool, and it cannot be mounted.
    """
    return [Store(folder) for folder in folders(project)]


def folders(project: Project) -> list[Path]:
    """The folders of the stores; raises as `stores` does."""
    pooled = pool.folder(project)
    return [*([] if pooled is None else [pooled]), project.home / FOLDER]


def every(project: Project) -> list[tuple[Store, Snapshot]]:
    """All snapshots, the oldest first."""
    found = [(store, one) for store in stores(project) for one in store.all()]
    return sorted(found, key=lambda pair: (pair[1].made, pair[1].id))


def find(project: Project, word: str) -> tuple[Store, Snapshot]:
    """A snapshot by its id, the beginning of it, its label, or `latest`.

    The latest one is none that somebody took for his own use.

    Raises:
        BadInput: when there is none, or several begin so.
    """
    known = every(project)
    found = [pair for pair in known if word in (pair[1].id, pair[1].label)]
    found = found or [pair for pair in known if pair[1].id.startswith(word)]
    if word in ("", "latest"):
        found = [pair for pair in known if not pair[1].holder][-1:]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(one.id for _, one in (found or known)[-10:])
    what = f"several snapshots are called {word}" if found else f"there is no snapshot {word}"
    raise BadInput(
        what if word else "there is no snapshot yet",
        remedy=f"name one of: {ids}" if ids else "`partywall snapshot take` makes one",
    )


def opened(project: Project) -> list[tuple[Store, Clone]]:
    """All open clones, the oldest first."""
    found = [(store, one) for store in stores(project) for one in store.open()]
    return sorted(found, key=lambda pair: (pair[1].made, pair[1].name))


def clone(project: Project, name: str) -> tuple[Store, Clone]:
    """An open clone by its name; without one the only one that is open.

    Raises:
        BadInput: when there is none, or several are.
    """
    known = [pair for pair in opened(project) if name or not pair[1].waiting]
    found = [pair for pair in known if name in ("", pair[1].name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for _, one in known)
    raise BadInput(
        f"there is no open snapshot {name}".rstrip() if not found else "several are open",
        remedy=f"name one of: {names}" if names else "`partywall snapshot open` opens one",
    )
