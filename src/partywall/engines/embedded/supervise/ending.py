"""Ends a program wholly: its family, what left the family, and whoever still holds its lock."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from . import processes
from .processes import Process


def is_free(lock: Path) -> bool:
    """Whether no process holds a lock file; a missing one is free.

    It looks by a shared lock, which `processes.holders` tells from a program's.
    """
    try:
        opened = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(opened)
    return True


def remains(folder: Path, leader: Process | None, mark: str) -> list[Process]:
    """What still lives of a program: three nets, because each alone has a hole.

    A child can leave the family (setsid, then its parent ends), overwrite its environment
    (PostgreSQL shows its state there) or close the lock; hardly one does all three.
    """
    found = set(processes.family(leader)) if leader else set()
    found.update(processes.find_mark(mark))
    lock = folder / "lock"
    if not is_free(lock):
        found.update(processes.holders(lock))
    return sorted(found, key=lambda process: process.pid)


def send(process: Process, number: signal.Signals) -> None:
    """Signal exactly this process; nothing happens when it is gone or its number was reused."""
    try:
        held = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        if processes.alive(process):
            signal.pidfd_send_signal(held, number)
    except (ProcessLookupError, PermissionError):
        return
    finally:
        os.close(held)


def send_all(found: Iterable[Process], number: signal.Signals) -> None:
    """Signal each of several processes."""
    for process in found:
        send(process, number)
