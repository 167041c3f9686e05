"""Watches over one program: adopts it or starts it, stops it, and starts it again when it ends."""

from __future__ import annotations

import os
import signal
import time
from enum import Enum
from pathlib import Path

from . import ending, launch, processes, record, rotation
from .loop import Loop
from .pace import Pace
from .processes import Process
from .program import Program, load, retries
from .record import Record, Restarts
from .vigil import Vigil

_LOOK_AGAIN_SECONDS = 0.02
_BLOCKED_SECONDS = 0.05
_GENTLE_SECONDS = 0.1
_ROTATE_SECONDS = 2.0
_RECORDED_SECONDS = 1.0
_NEVER = 3600.0


class Phase(Enum):
    """Where a program is in its life."""

    DOWN = "down"
    UP = "up"
    ENDING = "ending"  # the main process is gone; what it left behind is still to go


class Watch:
    """One program's life, driven by `tick` and by its pidfd."""

    def __init__(self, folder: Path, program: Program, loop: Loop) -> None:
        self.folder = folder
        self.program = program
        self.phase = Phase.DOWN
        self.is_woken = True
        self.vigil = Vigil(folder, loop, self._wake)
        self.due = 0.0
        self._loop = loop
        self._pace = Pace()
        self.process: Process | None = None
        self._known: Record | None = None
        self._pidfd = -1
        self._status: int | None = None
        self._kill_at: float | None = None
        self._rotate_at = 0.0
        self._restarts = record.read_restarts(folder)
        self._adopt()

    @property
    def is_settled(self) -> bool:
        """Whether what comes after this program may start: it is well, done, or not wanted."""
        if not self.program.wanted:
            return True
        if self.program.once:
            return self._is_finished()
        return self.phase is Phase.UP and (
            self.program.health is None or self.vigil.verdict.healthy is True
        )

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it runs and nothing is wanted, so that it can be forgotten."""
        return self.phase is Phase.DOWN and not self.program.wanted

    def renew(self, program: Program) -> None:
        """Take the program as it is wanted now; a new look also ends the wait after crashes."""
        self.program = program
        self._pace.reset()
        self.due = min(self.due, time.monotonic())

    def tick(self, now: float, *, may_start: bool) -> float:
        """Do what is due; when to be called again at the latest (monotonic seconds)."""
        self.is_woken = False
        if self.phase is Phase.DOWN:
            return self._tick_down(now, may_start=may_start)
        if self.phase is Phase.UP:
            return self._tick_up(now)
        return self._tick_ending(now)

    def wants_start(self, now: float) -> bool:
        """Whether it would be started now, were everything before it settled."""
        return self.phase is Phase.DOWN and now >= self.due and self._has_work()

    def ask_to_stop(self, now: float) -> None:
        """Send the stop signal; whatever is left after the grace is killed by later ticks."""
        self._kill_at = now + self.program.stop_grace_seconds
        self.vigil.end()
        if self.process:
            ending.send(self.process, self.program.signal)

    def _wake(self) -> None:
        self.is_woken = True

    def _tick_down(self, now: float, *, may_start: bool) -> float:
        if not self._has_work():
            if not self.program.wanted:
                self._forget()
            return now + _NEVER
        if now < self.due:
            return self.due
        if not may_start:
            return now + _BLOCKED_SECONDS
        self._start()
        return now

    def _tick_up(self, now: float) -> float:
        if self._kill_at is None and self._is_leaving():
            self.ask_to_stop(now)
        if self._kill_at is not None:
            return self._insist(now)
        if now >= self._rotate_at:
            rotation.rotate(Path(self.program.log), self.program.log_bytes, self.program.log_keep)
            self._rotate_at = now + _ROTATE_SECONDS
        return min(self._rotate_at, self.vigil.tick(self.program, now))

    def _tick_ending(self, now: float) -> float:
        if self._found_another():
            return now
        left = ending.remains(self.folder, self.process, self.program.mark)
        if not left:
            self._conclude(now)
            return now
        if self._kill_at is not None and now < self._kill_at:
            return now + _GENTLE_SECONDS
        ending.send_all(left, signal.SIGKILL)
        return now + _LOOK_AGAIN_SECONDS

    def _adopt(self) -> None:
        """Take over what an earlier supervisor left: a living program, or its remains."""
        found = record.read(self.folder)
        if found and processes.alive(found.process) and self._hold(found.process):
            self.process = found.process
            up = processes.seconds_up(found.process)
            self.vigil.begin(up, record.read_verdict(self.folder))
            return
        self.process = found.process if found else None
        self._status = None
        self.phase = Phase.ENDING

    def _found_another(self) -> bool:
        """Adopt a copy that a starter of a killed supervisor recorded after this one looked."""
        found = record.read(self.folder)
        if not found or found.process == self.process or not processes.alive(found.process):
            return False
        if not self._hold(found.process):
            return False
        self.process = found.process
        self.vigil.begin(processes.seconds_up(found.process))
        return True

    def _hold(self, process: Process) -> bool:
        try:
            pidfd = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return False
        if processes.identify(process.pid) != process:
            os.close(pidfd)
            return False
        self.phase, self._pidfd, self._kill_at = Phase.UP, pidfd, None
        self._loop.watch(pidfd, self._on_end)
        return True

    def _start(self) -> None:
        # The child records itself at once, and no verdict on an earlier one may pass for its own.
        self.vigil.lapse()
        pid = launch.start(self.folder)
        process = processes.identify(pid)
        if process and self._hold(process):
            self.process, self._status = process, None
            self.vigil.begin(0.0)

    def _on_end(self) -> None:
        self._loop.unwatch(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        self.phase, self.is_woken = Phase.ENDING, True
        if self.process:
            self._status = _reap(self.process.pid)
        self.vigil.lapse()
        if self._kill_at is not None:
            left = ending.remains(self.folder, self.process, self.program.mark)
            ending.send_all(left, self.program.signal)

    def _insist(self, now: float) -> float:
        if self._kill_at is not None and now < self._kill_at:
            return self._kill_at
        left = ending.remains(self.folder, self.process, self.program.mark)
        ending.send_all(left, signal.SIGKILL)
        return now + 10 * _LOOK_AGAIN_SECONDS

    def _conclude(self, now: float) -> None:
        """The program and all it started are gone: say so, or see to it that it comes back."""
        stopped, self._kill_at = self._kill_at is not None, None
        process, self.process = self.process, None
        self.phase, self.due = Phase.DOWN, now
        found = record.read(self.folder)
        if stopped or not self.program.wanted:
            self._forget()
        elif process is None:
            return
        elif found is None or found.process != process:
            is_busy = self._status == launch.BUSY
            self.due = now + (_LOOK_AGAIN_SECONDS if is_busy else self._pace.wait(0.0))
        elif found.process.boot == processes.boot():
            self._after_end(found, now)

    def _after_end(self, found: Record, now: float) -> None:
        found = self._with_end(found)
        if found.ended is not None:
            record.write(self.folder, found)
            return
        self.due = now + self._pace.wait(time.time() - found.started)
        self._restarts = Restarts(self._restarts.restarts + 1, found.exit, time.time())
        record.write_restarts(self.folder, self._restarts)

    def _with_end(self, found: Record) -> Record:
        """The record with what is known of the end: over for good, or to be tried again."""
        if found.ended is not None:
            return found
        code = found.exit if self.program.once else self._status
        if self.program.once and code is None:
            record.write_failure(self.folder, "the job was killed before it could end")
            code = 137
        is_over = not retries(self.program, code)
        return found._replace(exit=code, ended=time.time() if is_over else None)

    def _has_work(self) -> bool:
        return self.program.wanted and not self._is_finished()

    def _is_finished(self) -> bool:
        found = record.read(self.folder)
        return bool(found and found.ended is not None and found.launched == self.program.launched())

    def _is_leaving(self) -> bool:
        if not self.program.wanted:
            return True
        found = self._recorded()
        if not found or found.process != self.process:
            return False
        self.vigil.restore()
        if found.launched != self.program.launched():
            # The starter reads the wish itself and may have seen a newer one than this watch.
            self.program = load(self.folder) or self.program
        return found.launched != self.program.launched()

    def _recorded(self) -> Record | None:
        """What is recorded of the latest start; written again where somebody damaged it."""
        found = record.read(self.folder)
        if found is None and (found := self._remembered()):
            record.write(self.folder, found)
        self._known = found or self._known
        return found

    def _remembered(self) -> Record | None:
        """What this watch knows of the start; of one a moment ago its own record is to come."""
        if self.process is None:
            return None
        if self._known and self._known.process == self.process:
            return self._known
        up = processes.seconds_up(self.process)
        if up < _RECORDED_SECONDS:
            return None
        return Record(self.process, time.time() - up, self.program.launched(), self.program.labels)

    def _forget(self) -> None:
        self._restarts = Restarts()
        record.erase(self.folder, "health.json", "restarts.json", "failed", "process.json")


def _reap(pid: int) -> int | None:
    """The exit code of a child, or None when it was not ours and nobody can tell."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return None
    return launch.shell_code(status)
