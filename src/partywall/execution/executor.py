"""Carries out a plan: independent steps side by side, a journal line before and after each."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter

from partywall.execution.act import Performers, act
from partywall.execution.stopping import stopping
from partywall.execution.tally import Tally, says
from partywall.interfaces import Clock, Journal, Observer, Performer, Progress
from partywall.model.errors import PartywallError, Refused
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import Key, environment_of
from partywall.planning.guard import check
from partywall.planning.order import chains
from partywall.planning.scope import COMMON

_LISTEN = 0.2
"""Seconds after which a wish to stop is noticed at the latest, while steps are running."""


def execute(  # noqa: PLR0913  (one of each interface of the core)
    plan: Plan,
    observer: Observer,
    performers: Sequence[Performer],
    journal: Journal,
    progress: Progress,
    clock: Clock,
    *,
    workers: int = 16,
) -> None:
    """Carry out a plan; the journal is open and is closed here, whatever happens.

    After a failure no step of that environment is begun any more (none at all after one in what is
    shared, or after a wish to stop); the running ones end.

    Raises:
        Refused: when the plan is out of scope, cannot be made here, or nothing was done because
            the world has changed since it was made.
        HalfDone: when some steps are done and some are not (exit code 4, or 130 when interrupted).
    """
    hands = {performer.kind: performer for performer in performers}
    run = _Run(plan, observer, hands, journal, progress, clock)
    try:
        run.through(workers)
    except BaseException as error:
        with contextlib.suppress(PartywallError):  # the error at hand says more
            journal.close("interrupted" if _interrupted(error) else "failed")
        raise
    journal.close("done")


def _interrupted(error: BaseException) -> bool:
    return getattr(error, "code", 130) == 130


def _check(plan: Plan, observer: Observer, hands: Performers) -> None:
    """Refuse before anything is done what would be refused on the way."""
    removes = plan.scope is not None and any(s.action is Action.REMOVE for s in plan.steps)
    check(plan, observer.observe() if removes else None)
    for step in plan.steps:
        entry = step.after or step.before
        if entry is None or type(entry.thing) not in hands:
            raise Refused(
                f"this engine cannot {step.action.value} {step.key}",
                remedy="choose an engine that makes things of this kind",
            )


class _Run:
    """One plan on its way."""

    def __init__(
        self,
        plan: Plan,
        observer: Observer,
        hands: Performers,
        journal: Journal,
        progress: Progress,
        clock: Clock,
    ) -> None:
        self.tally = Tally(plan.steps)
        self._plan, self._observer, self._hands = plan, observer, hands
        self._journal, self._progress, self._clock = journal, progress, clock
        self._telling = threading.Lock()
        self._heard = False

    def through(self, workers: int) -> None:
        """Check the plan and carry it out, or raise how far it came."""
        _check(self._plan, self._observer, self._hands)
        with stopping() as stop:
            self._all(stop, workers)
        if not self.tally.complete:
            raise self.tally.error()

    def _all(self, stop: threading.Event, workers: int) -> None:
        """Every step after those that it waits for, until one fails or somebody wants to stop."""
        steps = {step.key: step for step in self._plan.steps}
        waits = {key: self._plan.waits.get(key, ()) for key in steps}
        sorter = TopologicalSorter(waits)
        sorter.prepare()
        chain = chains(waits)
        ready: list[Key] = []
        running: dict[Future[None], Key] = {}
        with ThreadPoolExecutor(workers, "step") as pool:
            while sorter.is_active():
                ready = sorted([*ready, *sorter.get_ready()], key=lambda key: (-chain[key], key))
                while ready and len(running) < workers and not stop.is_set():
                    key = ready.pop(0)
                    if not self._hopeless(steps[key]):
                        running[pool.submit(self._one, steps[key])] = key
                if not running:
                    break
                self._heed(stop)
                for future in wait(running, _LISTEN, FIRST_COMPLETED).done:
                    key = running.pop(future)
                    if key in self.tally.done:  # what waits for a failed one never gets ready
                        sorter.done(key)

    def _heed(self, stop: threading.Event) -> None:
        """Say once that a wish to stop was heard: the steps under way may take minutes."""
        if stop.is_set() and not self._heard:
            self._heard = True
            self._tell(self._progress.stopping)

    def _hopeless(self, step: Step) -> bool:
        """Whether something failed on which it may stand.

        A failure in one environment never holds back another one; in what is shared, it does.
        """
        failed = {environment_of(key) for key in self.tally.failed}
        return bool(failed & {step.environment, *COMMON})

    def _one(self, step: Step) -> None:
        """One step; whatever goes wrong is counted, not raised."""
        began = self._clock.now()
        try:
            self._journal.begin(step)
            self._tell(lambda: self._progress.began(step))
            act(step, self._plan.scope, self._observer, self._hands)
            self._journal.end(step)
        except BaseException as error:  # a thread would swallow it
            self._failed(step, error)
        else:
            self.tally.done.add(step.key)
            self._tell(lambda: self._progress.ended(step, self._clock.now() - began))

    def _failed(self, step: Step, error: BaseException) -> None:
        self.tally.failed[step.key] = error
        with contextlib.suppress(PartywallError):  # the error at hand says more
            self._journal.fail(step, says(error))
        self._tell(lambda: self._progress.failed(step, says(error)))

    def _tell(self, news: Callable[[], None]) -> None:
        """One at a time; a terminal that went away must not stop a change."""
        with self._telling, contextlib.suppress(OSError, ValueError):
            news()
