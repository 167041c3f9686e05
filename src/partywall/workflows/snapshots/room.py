"""The room that snapshots and open copies need, seen to before anything is written."""

from __future__ import annotations

from pathlib import Path

from partywall.model.errors import Refused
from partywall.system import machine
from partywall.workflows import pool
from partywall.workflows.pool import Tell
from partywall.workflows.project import Project
from partywall.workflows.snapshots.store import Store

_RESERVE = 256 << 20
"""Bytes that are left free on a disk for those who live on it."""


def for_snapshot(project: Project, folder: Path, needed: int, tell: Tell) -> None:
    """See that a store has room for so many bytes more; a pool may grow for it.

    Raises:
        Refused: when there is not.
    """
    wanted = needed + _RESERVE
    if folder == pool.folder(project):
        pool.ensure_room(project, wanted, tell)
    elif (free := machine.free_disk_bytes(folder)) < wanted:
        raise Refused(
            f"the snapshot needs {wanted >> 20} MiB free in {folder}, and {free >> 20} MiB are",
            remedy="`partywall snapshot prune` removes old ones",
        )


def for_copy(project: Project, store: Store, needed: int) -> None:
    """See that an open copy that shares nothing has room; one that does shares what room there is.

    Raises:
        Refused: when there is not.
    """
    free = machine.free_disk_bytes(store.folder)
    if needed and free < needed + _RESERVE and store.folder != pool.folder(project):
        raise Refused(
            f"the copy needs {needed + _RESERVE >> 20} MiB free in {store.folder}, "
            f"and {free >> 20} MiB are",
            remedy="close others (`partywall snapshot close --all`), or make a pool in which "
            "copies share their blocks (`partywall pool create`)",
        )
