"""Production's waiting times, at rest and beside a development that burns, in turn."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterable, Sequence
from types import TracebackType

import msgspec

from partywall.model.app import Role
from partywall.model.errors import PartywallError
from partywall.model.world import Instance, Key, World, environment_of
from partywall.proof.matrix.figures import Burn
from partywall.proof.matrix.latency import HIDDEN, percentile, verdict
from partywall.workflows.matrix.pace import Rounds
from partywall.workflows.matrix.visitors import Question, Unanswered, capacity, open_loop
from partywall.workflows.project import Project

PART = 0.1
"""Of what production can answer: few visitors wait for other visitors."""
_LEAD = 1.0
"""Seconds in which the fire gets going."""
_LEAST = 0.1
"""Cores that a burning development uses at least; with less there is no fire."""
_OWN_CODE = (Role.APP, Role.WEB, Role.WORKER, Role.FILES)
SCRIPT = """
end=$(( $(date +%s) + $1 )); spin() {
  while [ "$(date +%s)" -lt "$end" ]; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; done
}
n=0; while [ $n -lt "$2" ]; do spin & n=$((n+1)); done; wait; times
"""
"""Spins for so many seconds in so many processes, ends by itself, and says what time it had."""
_TIME = re.compile(r"(\d+)m(\d+(?:\.\d+)?)s")


class Fire(msgspec.Struct, frozen=True, kw_only=True):
    """Where it burns, and what is beside it."""

    environment: str
    budget: bool
    """Whether development is held to one."""
    seen: World


def burn(
    project: Project, question: Question, fire: Fire, rounds: Rounds, capacity_seconds: float
) -> Burn:
    """Measure both in turn; what cannot be measured says why."""
    try:
        place = _place(project, _own(fire.seen, fire.environment))
        if place is None:
            return _hidden(fire, f"no service of {fire.environment} has a shell to burn in")
        rate = max(1.0, PART * capacity(question, capacity_seconds))
        return _alternated(project, question, fire, rounds, (place, rate))
    except Unanswered as error:
        return _hidden(fire, f"production did not answer: {error}")
    except PartywallError as error:
        return _hidden(fire, error.what)


def _alternated(
    project: Project, question: Question, fire: Fire, rounds: Rounds, how: tuple[Key, float]
) -> Burn:
    place, rate = how
    quiet: list[float] = []
    burning: list[float] = []
    for _ in range(rounds.rounds):
        quiet.append(percentile(open_loop(question, rate, rounds.seconds), 0.99))
        with Burning(project, place, rounds.seconds + _LEAD) as flames:
            burning.append(percentile(open_loop(question, rate, rounds.seconds), 0.99))
        if flames.trouble or flames.cores < _LEAST:
            why = flames.trouble or f"{fire.environment} could not be kept busy"
            return _hidden(fire, why)
    said = verdict(quiet, burning)
    return Burn(
        limits=fire.budget,
        word=said.word,
        quiet_ms=_milliseconds(quiet),
        burning_ms=_milliseconds(burning),
        ratio=round(said.ratio, 3),
        spread=round(said.spread, 3),
        why=_noise(said.spread) if said.word == HIDDEN else "",
    )


class Burning:
    """An environment burns all cores in one of its services while this is entered."""

    def __init__(self, project: Project, place: Key, seconds: float) -> None:
        self._project, self._place, self._seconds = project, place, round(seconds + 1)
        self._thread = threading.Thread(target=self._burn, name="fire")
        self.cores = 0.0
        """How many it had, once it has ended."""
        self.trouble = ""
        """Why it did not burn, once it has ended."""

    def __enter__(self) -> Burning:
        self._thread.start()
        time.sleep(_LEAD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._thread.join()

    def _burn(self) -> None:
        processes = str(2 * (os.cpu_count() or 1))
        words = ["sh", "-c", SCRIPT, "fire", str(self._seconds), processes]
        try:
            done = self._project.engine.reach().run_beside(
                self._place, words, seconds=self._seconds + 60.0
            )
        except PartywallError as error:
            self.trouble = error.what
            return
        if done.code:
            self.trouble = done.err.strip()[:200] or f"the fire ended with {done.code}"
        self.cores = processors_time(done.out) / self._seconds


def processors_time(said: str) -> float:
    """Seconds that children had, by the last line of the shell's `times`; pure."""
    last = (said.strip().splitlines() or [""])[-1]
    return sum(int(minutes) * 60 + float(seconds) for minutes, seconds in _TIME.findall(last))


def _place(project: Project, keys: Iterable[Key]) -> Key | None:
    """The first of these services that has a shell and knows the time."""
    for key in keys:
        try:
            done = project.engine.reach().run_beside(key, ["sh", "-c", "date +%s"])
        except PartywallError:
            continue
        if done.code == 0 and done.out.strip().isdecimal():
            return key
    return None


def _own(seen: World, environment: str) -> list[Key]:
    """The running services of an environment, those with the app's own code first."""
    found: list[Instance] = [
        one.thing
        for key, one in seen.entries.items()
        if environment_of(key) == environment and one.running and isinstance(one.thing, Instance)
    ]
    return [one.key for one in sorted(found, key=lambda one: one.role not in _OWN_CODE)]


def _hidden(fire: Fire, why: str) -> Burn:
    return Burn(limits=fire.budget, word=HIDDEN, why=why)


def _noise(spread: float) -> str:
    return f"production at rest was {spread:.2f} times as slow in one round as in another"


def _milliseconds(seconds: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(one * 1e3, 2) for one in seconds)
