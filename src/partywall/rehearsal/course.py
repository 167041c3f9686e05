"""One migration run on one copy, watched, with a bound on its time and traffic beside it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from partywall.data.postgres.tracing.running import Running
from partywall.data.postgres.tracing.watch import Watch
from partywall.rehearsal import sides
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.findings import Ran
from partywall.rehearsal.seen import look
from partywall.rehearsal.stage import Code, Done, Opened, Program, Stage
from partywall.rehearsal.wanted import Wanted, Words

_GRACE = 10.0
"""Seconds that a program has to end once its sessions were ended."""


def watched(stage: Stage, opened: Opened, wanted: Wanted) -> Ran:
    """The migration with everything that can be seen of it.

    Raises:
        MachineFailed: when the copy cannot be watched, or a program cannot be started.
    """
    before = look(opened, wanted.count_seconds)
    watch = Watch(opened.connect, before.tables)
    try:
        with ThreadPoolExecutor(2) as threads, _traffic(stage, opened, wanted, threads) as visitors:
            began = watch.now()
            done, stuck = _bounded(stage, opened, wanted, watch, threads)
            ended = watch.now()
        traced = watch.end()
    finally:
        watch.close()
    return Ran(
        done=done, before=before, after=look(opened, wanted.count_seconds), traced=traced,
        began=began, ended=ended, stuck=stuck or (), timed_out=stuck is not None,
        traffic=visitors.result() if visitors else None,
    )  # fmt: skip


def simply(
    stage: Stage, opened: Opened, command: Words, seconds: float, code: Code = Code.NEW
) -> Done:
    """A program that is not watched."""
    program = Program(command=command, code=code)
    return stage.run(opened, program, seconds=seconds, until=Event())


def _bounded(
    stage: Stage, opened: Opened, wanted: Wanted, watch: Watch, threads: ThreadPoolExecutor
) -> tuple[Done, tuple[Running, ...] | None]:
    """The migration; who was at work when its time was over, None when it ended before."""
    until = Event()
    marked = {sides.VARIABLE: sides.MIGRATION} if wanted.traffic else {}
    program = Program(command=wanted.migrate, environment=marked)
    seconds = wanted.timeout + 2 * _GRACE
    run = threads.submit(stage.run, opened, program, seconds=seconds, until=until)
    try:
        with contextlib.suppress(TimeoutError):
            return run.result(wanted.timeout), None
        stuck = watch.running()
        watch.terminate()
        with contextlib.suppress(TimeoutError):
            return run.result(_GRACE), stuck
    finally:
        until.set()  # Ctrl-C ends it, too
    return run.result(), stuck


@contextlib.contextmanager
def _traffic(
    stage: Stage, opened: Opened, wanted: Wanted, threads: ThreadPoolExecutor
) -> Iterator[Future[Done] | None]:
    """Visitors from a moment before to a moment after."""
    if not wanted.traffic:
        yield None
        return
    until = Event()
    marked = {sides.VARIABLE: sides.TRAFFIC}
    program = Program(command=wanted.traffic, code=Code.OLD, environment=marked)
    seconds = wanted.timeout + 4 * _GRACE
    run = threads.submit(stage.run, opened, program, seconds=seconds, until=until)
    try:
        _wait(run, t.TRAFFIC_BEFORE)
        yield run
        _wait(run, t.TRAFFIC_AFTER)
    finally:
        until.set()
        run.exception()


def _wait(run: Future[Done], seconds: float) -> None:
    """So long, unless it ends before."""
    end = time.monotonic() + seconds
    while not run.done() and time.monotonic() < end:
        time.sleep(0.02)
