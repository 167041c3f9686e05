"""The pool: it is there, comes back after a restart, and has room."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.execution.pool import Stage
from partywall.system import machine
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.pool.limits import said
from partywall.workflows.pool.shown import Shown, shown
from partywall.workflows.project import Project

_FULL = 0.9


def pool(project: Project) -> Iterator[Finding]:
    """Pool: what copies lie in is mounted, has room, and comes back after a restart."""
    found = shown(project)
    if found is None:
        return
    if found.stage is not Stage.READY:
        what = f"it was left half done ({found.stage})"
        yield finding("pool", what, "`partywall pool create`, as root, goes on", level="warning")
    elif not found.mounted:
        what = f"it is not mounted at {found.folder}: no snapshot in it can be used"
        yield finding("pool", what, "`partywall pool create`, as root, mounts it")
    else:
        yield from filled(found, machine.free_disk_bytes(project.home))
    if found.stage is Stage.READY and not found.at_start:
        what = "nothing mounts it when the machine starts"
        yield finding("pool", what, "`partywall pool create`, as root, does", level="warning")


def filled(found: Shown, free: int) -> Iterator[Finding]:
    """Whether it, or the disk beneath, is short of room; pure.

    Args:
        found: a mounted pool.
        free: bytes of the disk that its file is on.
    """
    used, left = found.used_bytes or 0, found.free_bytes or 0
    if used > _FULL * (used + left):
        what = f"it is nearly full: {said(left)} of {said(found.size_bytes)} are free"
        remedy = "`partywall snapshot prune` or `partywall pool grow --by 5G` makes room"
        yield finding("pool", what, remedy, level="warning")
    if found.disk_bytes is not None and found.size_bytes - found.disk_bytes > free:
        rest = said(found.size_bytes - found.disk_bytes)
        yield finding(
            "pool",
            f"it may take {rest} more of the disk beneath, where {said(free)} are free",
            "make room there before both are full; `partywall snapshot prune` gives some back",
            level="warning",
        )
