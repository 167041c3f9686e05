"""Runs every probe between every two environments, bounded in time and load, and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import combinations, permutations

import msgspec

from partywall.model.errors import PartywallError
from partywall.proof.case import Case
from partywall.proof.edge import NoAnswer
from partywall.proof.premises import Premises
from partywall.proof.probe import OUTSIDE, Attempt, CouldNotTry, Probe, Tries, Verdict
from partywall.proof.run import Run
from partywall.proof.scope import Scope
from partywall.proof.since import Since
from partywall.proof.target import Target

_AT_ONCE = 10
"""Probes that run at the same time; on walled networks most of the time they wait."""
PAIR_SECONDS = 12.0
"""A proof of two environments is over by then, whatever hangs."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was tried, and what it put on each environment."""

    probes: tuple[Attempt, ...] = ()
    attempts: dict[str, int] = {}
    """Environment → attempts made on it; the load is bounded, so it is said."""
    stands: dict[str, tuple[str, ...]] = {}
    """Environment → whose positions were tried; nothing else of it sees or may do more."""
    left: tuple[str, ...] = ()
    """Scratch files and visitors that could not be taken away again, and why."""
    since: Since | None = None
    """What changed since these walls were tried before; None when they never were."""

    @property
    def crossed(self) -> bool:
        """Whether any wall has a hole."""
        return any(attempt.verdict is Verdict.CROSSED for attempt in self.probes)

    @property
    def empty(self) -> bool:
        """Whether nothing could be tried, and so nothing is proved."""
        return all(attempt.verdict is Verdict.COULD_NOT_TRY for attempt in self.probes)

    def to_json(self) -> bytes:
        """The document that scripts build on."""
        return msgspec.json.encode(self)


class _Task(msgspec.Struct, frozen=True):
    probe: Probe
    tries: Tries
    own: Target | None
    other: Target

    @property
    def ends(self) -> tuple[str, str]:
        """From where it starts, and what it aims at."""
        return self.own.environment if self.own else OUTSIDE, self.other.environment


def prove(
    premises: Premises,
    probes: Sequence[Probe],
    environments: Sequence[str],
    seconds: float | None = None,
    scope: Scope | None = None,
) -> Report:
    """Try to cross every wall, from each environment to each other one and from outside.

    Args:
        premises: what is probed.
        probes: the walls to try.
        environments: those that stand; each ordered pair of them is tried.
        seconds: what has not answered by then is reported as not tried; None: so long as there
            are pairs of environments to try.
        scope: which of them it is about; None: all.
    """
    scope = scope or Scope(standing=tuple(environments))
    seconds = allowed(environments, scope) if seconds is None else seconds
    run = Run(premises, seconds)
    every = _tasks(probes, run.targets(tuple(environments)), premises)
    tasks = [task for task in every if scope.holds(*task.ends)]
    pool = ThreadPoolExecutor(_AT_ONCE)
    futures = [pool.submit(_attempts, run, task) for task in tasks]
    try:
        # A little longer than the probes' own deadline, by which each of them gives up.
        wait(futures, timeout=seconds + 1)
    finally:
        # Whoever interrupts a proof wants nothing of it left behind either.
        pool.shutdown(wait=False, cancel_futures=True)
        left = run.tidy()
    found = [
        attempt
        for task, future in zip(tasks, futures, strict=True)
        for attempt in _found(task, future)
    ]
    return Report(
        probes=tuple(found),
        attempts=dict(sorted(run.attempts.items())),
        stands=dict(sorted(run.stands.items())),
        left=tuple(left),
    )


def allowed(environments: Sequence[str], scope: Scope) -> float:
    """Seconds for a proof of these environments: each pair of them adds the same work."""
    return PAIR_SECONDS * max(1, sum(scope.holds(*pair) for pair in combinations(environments, 2)))


def _tasks(
    probes: Iterable[Probe], targets: dict[str, Target], premises: Premises
) -> Iterator[_Task]:
    """Across tasks first: they take longer than the others. None is about the attached's own."""
    inside = {name: one for name, one in targets.items() if name not in premises.attached}
    pairs = [(own, other) for own, other in permutations(targets, 2) if own in inside]
    world = Target(environment=OUTSIDE)
    for probe in probes:
        if tries := probe.across:
            yield from (_Task(probe, tries, targets[own], targets[other]) for own, other in pairs)
        if tries := probe.outside:
            yield from (_Task(probe, tries, None, target) for target in inside.values())
        if tries := probe.outward:
            tested = (one for name, one in inside.items() if name != premises.production)
            yield from (_Task(probe, tries, target, world) for target in tested)


def _attempts(run: Run, task: _Task) -> list[Attempt]:
    case = Case(task.probe.name, run, task.own, task.other)
    done: list[Attempt] = []
    try:
        done.extend(task.tries(case))
    except (CouldNotTry, NoAnswer) as reason:
        done.append(_not_tried(task, str(reason)))
    except PartywallError as error:
        done.append(_not_tried(task, error.what))
    except Exception as error:
        done.append(_not_tried(task, f"the probe itself failed: {type(error).__name__}: {error}"))
    return done


def _found(task: _Task, future: Future[list[Attempt]]) -> list[Attempt]:
    if not future.done() or future.cancelled():
        return [_not_tried(task, "it did not end in time")]
    return future.result()


def _not_tried(task: _Task, reason: str) -> Attempt:
    return Attempt(
        probe=task.probe.name,
        start=task.ends[0],
        to=task.ends[1],
        verdict=Verdict.COULD_NOT_TRY,
        tried=task.probe.shows,
        answer=reason,
    )
