"""Watches over one program's health: when to check, and what a row of outcomes means."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from . import checks, record
from .checks import Check, Outcome
from .failure import SupervisionError
from .loop import Loop
from .program import Health, Program
from .record import Verdict

# Until a program is first well it is asked often, so that what waits for it goes on at once.
_EAGER_SECONDS = 0.05
_EAGER_GROWTH = 1.3
_EAGER_LONGEST = 1.0
_PATIENCE = 1.0


def judge(before: Verdict, outcome: Outcome, health: Health, up_seconds: float) -> Verdict:
    """The verdict after one more outcome.

    As Compose has it: one success is health; `retries` failures in a row are the lack of it. A
    program never well so far gets its start period and the time those retries would take.
    """
    fails = 0 if outcome.ok else before.fails + 1
    patience = health.start_period
    if before.healthy is None:
        patience += health.interval * health.retries
    healthy = before.healthy
    if outcome.ok:
        healthy = True
    elif fails >= health.retries and up_seconds >= patience:
        healthy = False
    since = before.since if healthy == before.healthy else time.time()
    return Verdict(healthy, since, fails, outcome.said)


class Vigil:
    """The health checks of one running program."""

    def __init__(self, folder: Path, loop: Loop, wake: Callable[[], None]) -> None:
        """Remember whom to wake when an outcome is there."""
        self._wake = wake
        self._folder = folder
        self._loop = loop
        self._check: Check | None = None
        self._health: Health | None = None
        self._eager = _EAGER_SECONDS
        self._due = self._deadline = self._began = self._asked = 0.0
        self.verdict = Verdict()

    def begin(self, up_seconds: float, verdict: Verdict | None = None) -> None:
        """A program has been started, or was found running with an earlier verdict."""
        self.end()
        now = time.monotonic()
        self._began, self._due, self._eager = now - up_seconds, now, _EAGER_SECONDS
        self.verdict = verdict or Verdict(None, time.time())
        record.write_verdict(self._folder, self.verdict)

    def end(self) -> None:
        """The program is gone; a check under way is given up."""
        if self._check:
            self._loop.unwatch(self._check.fd)
            self._check.close()
            self._check = None

    def lapse(self) -> None:
        """The program has ended: nothing is known of its health any more."""
        self.end()
        self.verdict = Verdict(None, time.time())
        record.write_verdict(self._folder, self.verdict)

    def restore(self) -> None:
        """Write the verdict again where somebody lost or damaged it."""
        if record.read_verdict(self._folder) != self.verdict:
            record.write_verdict(self._folder, self.verdict)

    def tick(self, program: Program, now: float) -> float:
        """Do what is due; when to be called again (monotonic seconds)."""
        self._health = program.health
        if program.health is None:
            return now + 3600
        if self._check and now >= self._deadline:
            self._finish(Outcome(False, f"no answer within {program.health.timeout:g} s"))
        elif self._check is None and now >= self._due:
            self._ask(program, program.health, now)
        return self._deadline if self._check else self._due

    def _ask(self, program: Program, health: Health, now: float) -> None:
        self._asked, self._deadline = now, now + health.timeout
        try:
            self._check = checks.begin(self._folder, program)
        except (OSError, SupervisionError) as error:
            self._finish(Outcome(False, str(error)))
            return
        self._loop.watch(self._check.fd, self._go_on, self._check.events)

    def _go_on(self) -> None:
        if self._check is None:
            return
        try:
            outcome = self._check.step()
        except (OSError, SupervisionError) as error:
            outcome = Outcome(False, str(error))
        if outcome:
            self._finish(outcome)
        else:
            self._loop.watch(self._check.fd, self._go_on, self._check.events)

    def _finish(self, outcome: Outcome) -> None:
        self.end()
        self._wake()
        if self._health is None:
            return
        now = time.monotonic()
        before = self.verdict
        self.verdict = judge(before, outcome, self._health, now - self._began)
        self._due = now + self._pause(self._health, now - self._asked)
        if self.verdict != before:
            record.write_verdict(self._folder, self.verdict)

    def _pause(self, health: Health, took: float) -> float:
        """Seconds to the next check: what starts needs the processor more than who asks it."""
        if self.verdict.healthy is not None:
            return health.interval
        pause, self._eager = self._eager, min(self._eager * _EAGER_GROWTH, _EAGER_LONGEST)
        return min(max(pause, _PATIENCE * took), health.interval)
