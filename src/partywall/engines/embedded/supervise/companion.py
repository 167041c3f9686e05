"""Keeps the guardian alive from the supervisor's side."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from . import durable, processes
from .loop import Loop
from .pace import Pace
from .processes import Process


class Companion:
    """The guardian, started or found, and started again when it dies."""

    def __init__(self, run: Path, loop: Loop) -> None:
        self._run = run
        self._loop = loop
        self._pace = Pace()
        self._pidfd = -1
        self._pid = 0
        self._began = 0.0
        self._due = 0.0

    def tick(self, now: float) -> float:
        """Start or find the guardian when there is none; when to be called again."""
        if self._pidfd < 0 and now >= self._due:
            self._hold(recorded(self._run) or _started(self._run), now)
        return now + 3600 if self._pidfd >= 0 else self._due

    def _hold(self, guardian: Process | None, now: float) -> None:
        self._began, self._due = now, now + 0.1
        try:
            if guardian:
                self._pidfd, self._pid = os.pidfd_open(guardian.pid), guardian.pid
                self._loop.watch(self._pidfd, self._on_end)
        except ProcessLookupError:
            return

    def _on_end(self) -> None:
        self._loop.unwatch(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        with contextlib.suppress(ChildProcessError):  # it was found, not started
            os.waitpid(self._pid, 0)
        now = time.monotonic()
        self._due = now + self._pace.wait(now - self._began)


def recorded(run: Path) -> Process | None:
    """The guardian that recorded itself and lives; never this process, which may have been it."""
    value = durable.read_json(run / "guardian.json")
    try:
        guardian = Process(**value["process"]) if value else None
    except (KeyError, TypeError):
        return None
    if guardian is None or guardian.pid == os.getpid() or not processes.alive(guardian):
        return None
    return guardian


def _started(run: Path) -> Process | None:
    start = str(Path(__file__).with_name("start.py"))
    words = [sys.executable, "-I", "-S", "-X", "utf8", start, "guardian", str(run)]
    pid = os.posix_spawn(words[0], words, dict(os.environ), setsid=True)
    return processes.identify(pid)
