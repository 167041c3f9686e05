"""What there is of snapshots and open copies: entered, closed, dropped."""

from __future__ import annotations

import contextlib
from itertools import groupby

from partywall.model.errors import BadInput
from partywall.system import machine
from partywall.workflows.project import Project
from partywall.workflows.snapshots import stores, sweep, vault
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.store import Snapshot, Store, password


def entered(project: Project, name: str) -> Opened:
    """An open copy by its name, with what is needed to enter it.

    Raises:
        BadInput: when there is none, or several are open and none is named.
    """
    sweep.sweep(project)
    store, clone = stores.clone(project, name)
    folder = store.clone(clone.name)
    files = vault.places(clone.snapshot.files, folder)
    return Opened(clone=clone, password=password(folder), files=files)


def close(project: Project, name: str, *, every: bool) -> list[str]:
    """End open copies and remove their data; says which.

    Raises:
        BadInput: when there is none of that name.
    """
    sweep.sweep(project)
    chosen = stores.opened(project) if every else [stores.clone(project, name)]
    for store, clone in chosen:
        sweep.close(project.engine.throwaways(), store, clone)
    return [clone.name for _, clone in chosen]


def end(project: Project) -> list[str]:
    """The installation is removed: nothing of it goes on; says what stays, and how it goes."""
    if stores.opened(project):
        close(project, "", every=True)
    project.engine.throwaways().tidy()
    left = stores.every(project)
    if not left:
        return []
    size = sum(one.bytes for _, one in left) >> 20
    how = "`partywall snapshot prune --keep 0` and `partywall snapshot drop` remove them"
    return [f"{len(left)} snapshots stay ({size} MiB): {how}"]


def drop(project: Project, word: str) -> str:
    """Remove a snapshot; says its id.

    Raises:
        BadInput: when there is none, or several begin so.
        MachineFailed: when something of it cannot be removed.
    """
    store, found = stores.find(project, word)
    sweep.drop(store, found)
    return found.id


def drop_own(project: Project, snapshot: Snapshot) -> None:
    """Remove a snapshot that was taken for one's own use, if nobody has done so meanwhile."""
    with contextlib.suppress(BadInput):
        drop(project, snapshot.id)


def surplus(project: Project, keep: int) -> list[Snapshot]:
    """What `prune` removes: of each database all but the newest.

    Never what has a label, and what somebody took for his own use neither: he removes it himself.
    """
    plain = [one for _, one in stores.every(project) if not one.label and not one.holder]
    by_home = sorted(plain, key=lambda one: (one.environment, one.service, one.made))
    groups = groupby(by_home, key=lambda one: (one.environment, one.service))
    return [one for _, group in groups for one in _oldest(list(group), keep)]


def _oldest(group: list[Snapshot], keep: int) -> list[Snapshot]:
    return group[: len(group) - keep] if keep else group


def own_bytes(store: Store, snapshot: Snapshot) -> int:
    """What its files take on the disk, blocks that others share included."""
    return machine.disk_bytes(store.place(snapshot.id))
