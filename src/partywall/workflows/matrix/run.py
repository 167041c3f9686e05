"""All architectures, one after the other: what was measured is kept, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Protocol, TypeVar

import msgspec

from partywall import catalog
from partywall.execution.lock import Locks
from partywall.model.errors import CheckFailed, MachineFailed, PartywallError
from partywall.model.world import World
from partywall.proof.matrix.figures import Figures, Taken
from partywall.workflows.architectures import ordered
from partywall.workflows.matrix import apart, document, record, scratch
from partywall.workflows.matrix.bench import BASE, Bench
from partywall.workflows.matrix.document import Matrix
from partywall.workflows.matrix.errors import NotMeasured
from partywall.workflows.matrix.foreseen import Foresight, foresight
from partywall.workflows.matrix.ground import Ground, digest, ground_of, machine_facts
from partywall.workflows.matrix.pace import PAIR, Pace, pace
from partywall.workflows.matrix.scratch import Copy
from partywall.workflows.project import Project

T = TypeVar("T")
_FORMER = ".former.json"
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Listener(Protocol):
    """Somebody who wants to know how it goes."""

    def begins(self, names: Sequence[str], done: Sequence[str], seconds: float) -> None:
        """What is measured, what was before, and about how long it takes."""
        ...

    def does(self, name: str, what: str) -> None:
        """What is being done for an architecture; empty: for all of them."""
        ...

    def ended(self, name: str, why: str, left: float) -> None:
        """One is through, or is not measured; about so many seconds are left."""
        ...


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants."""

    names: tuple[str, ...] = ()
    """Empty: all."""
    quick: bool = False
    fresh: bool = False


def matrix(project: Project, asked: Asked, listener: Listener) -> Matrix:
    """Measure what has not been measured yet.

    Raises:
        BadInput: when there is no such architecture, or the app cannot be read.
        Refused: when another one measures, or the folder cannot be copied.
        CheckFailed: when none could be measured.
        MachineFailed: when the scratch copy could not be taken down.
    """
    names = _names(asked.names)
    with Locks(project.home / record.FOLDER).hold(["matrix"], "matrix"), _interrupting():
        left = record.read(project.home)
        if left is not None:
            listener.does("", "taking down what an interrupted run left")
            with _unhurried(listener):
                Copy(project.home, left).end()
        return _Run(project, asked, listener).through(names)


class _Run:
    """One run; each architecture is in the scratch copy alone."""

    def __init__(self, project: Project, asked: Asked, listener: Listener) -> None:
        self._project, self._asked, self._listener = project, asked, listener
        self._pace: Pace = pace(quick=asked.quick)
        self._took: list[float] = []

    def through(self, names: Sequence[str]) -> Matrix:
        project = self._project
        kept = self._begun()
        todo = [name for name in names if name not in kept.architectures]
        done = [name for name in names if name in kept.architectures]
        self._listener.begins(todo, done, self._left(todo))
        if not todo:
            return kept
        ground = ground_of(project)
        self._foreseen = foresight(project, ground.environments, {})
        self._informed: Foresight | None = None
        builds = tuple(project.engine.builds())
        made = scratch.named(project.settings.project, project.engine.name, builds)
        record.write(project.home, made)
        copy = Copy(project.home, made)
        try:
            kept = self._all(copy, ground, kept, todo)
        finally:
            with _unhurried(self._listener):
                self._listener.does("", "taking the scratch copy down")
                copy.end()
        if not set(names) & kept.architectures.keys():
            why = "; ".join(f"{name}: {kept.not_measured[name]}" for name in names[:1])
            raise CheckFailed(
                f"no architecture could be measured: {why}",
                remedy="mend what is named; `partywall up` in a copy of the folder shows more",
            )
        return kept

    def _all(self, copy: Copy, ground: Ground, kept: Matrix, todo: Sequence[str]) -> Matrix:
        known = [one.figures.alone for one in kept.architectures.values()]
        alone: Taken | str = known[0] if known else self._alone(copy, ground)
        if isinstance(alone, Taken) and alone.instance_bytes:
            self._informed = foresight(self._project, ground.environments, alone.instance_bytes)
        for number, name in enumerate(todo):
            began = time.monotonic()
            found = alone if isinstance(alone, str) else self._one(copy, ground, name, alone)
            why = found if isinstance(found, str) else ""
            if isinstance(found, str):
                kept = kept.without_figures(name, why)
            else:
                kept = kept.with_figures(name, beside(kept, name, found))
            document.write(self._project.home, kept)
            self._took.append(time.monotonic() - began - self._pair(name))
            self._listener.ended(name, why, self._left(todo[number + 1 :]))
        return kept

    def _alone(self, copy: Copy, ground: Ground) -> Taken | str:
        """Production alone; the images are built before any time is taken."""

        def tell(what: str) -> None:
            self._listener.does("", f"production alone: {what}")

        def measured(one: Bench) -> Taken:
            tell("up for the first time, images are built")
            one.up(ground.environments[0])
            one.clear()
            self._laid(one, copy)
            tell("up")
            return one.alone(tell)

        try:
            found: Taken = self._benched(copy, ground, BASE, measured)
        except NotMeasured as error:
            return f"production alone did not come up: {error}"
        return found

    def _one(self, copy: Copy, ground: Ground, name: str, alone: Taken) -> Figures | str:
        """Its figures, or why there are none."""

        def tell(what: str) -> None:
            self._listener.does(name, what)

        try:
            point = Bench(copy, ground, name, self._pace).choices
            foreseen = self._foreseen(point)
            informed = self._informed(point) if self._informed else None
            found: Figures = self._benched(copy, ground, name, lambda one: one.figures(alone, tell))
        except NotMeasured as error:
            return str(error)
        return msgspec.structs.replace(found, estimate_bytes=foreseen, informed_bytes=informed)

    def _benched(self, copy: Copy, ground: Ground, name: str, act: Callable[[Bench], T]) -> T:
        """What comes of it; afterwards nothing stands, whatever happened."""
        one = Bench(copy, ground, name, self._pace)
        try:
            self._laid(one, copy)
            return act(one)
        except PartywallError as error:
            raise NotMeasured(error.what) from error
        except OSError as error:
            raise NotMeasured(str(error)) from error
        finally:
            self._cleared(one)

    def _cleared(self, one: Bench) -> None:
        try:
            with _unhurried(self._listener):
                one.clear()
        except NotMeasured as error:
            raise MachineFailed(
                f"the scratch copy could not be taken down: {error}",
                remedy="see to it; the next `partywall matrix` tries it again",
            ) from error

    def _laid(self, one: Bench, copy: Copy) -> None:
        """The files are there, and nothing in them would touch the installation.

        Raises:
            NotMeasured: with the first thing that would.
        """
        made = one.lay()
        root = str(copy.scratch.root)
        wanted = made.everyone()
        found = apart.meetings(
            wanted, self._theirs, root, lambda path: os.path.realpath(made.folder / path)
        )
        every = list(found)
        if every:
            more = f" (and {len(every) - 1} more)" if every[1:] else ""
            raise NotMeasured(f"a scratch copy must not touch what is there: {every[0]}{more}")

    @property
    def _theirs(self) -> tuple[World, ...]:
        """The user's installation, as it is and as it is to be."""
        if not hasattr(self, "_known"):
            project = self._project
            self._known = (project.seen(), project.everyone(), project.attached())
        return self._known

    # What it starts from.

    def _begun(self) -> Matrix:
        """What is kept of a run like this one; otherwise a new one."""
        project, asked = self._project, self._asked
        engine, app = project.engine.name, digest(project)
        kept = document.read(project.home, engine)
        if kept is not None and not asked.fresh:
            if kept.quick == asked.quick and kept.app == app:
                return kept
            why = "the app is another one" if kept.app != app else "it was measured otherwise"
            self._listener.does("", f"begun anew: {why}; the former figures are kept beside")
            path = document.place(project.home, engine)
            path.replace(path.with_suffix(_FORMER))
        return Matrix(
            project=project.settings.project,
            engine=engine,
            machine=machine_facts(),
            quick=asked.quick,
            app=app,
        )

    def _left(self, names: Sequence[str]) -> float:
        """Seconds, by those that are through."""
        each = sum(self._took) / len(self._took) if self._took else self._pace.estimate
        return sum(each + self._pair(name) for name in names)

    def _pair(self, name: str) -> float:
        return self._pace.seconds(name) - self._pace.estimate


def beside(kept: Matrix, name: str, found: Figures) -> Figures:
    """The figures of an overlay that holds development back, with what was without it; pure."""
    base = kept.architectures.get(BASE)
    if base is None or name == BASE or name not in PAIR:
        return found
    return msgspec.structs.replace(found, burns=(*base.figures.burns, *found.burns))


def _names(asked: Sequence[str]) -> list[str]:
    """In their customary order, `dual` first: others are compared with it.

    Raises:
        BadInput: when there is no such architecture.
    """
    for name in asked:
        if name not in catalog.presets():
            catalog.choices([name])
    every = [one.name for one in ordered()]
    return [name for name in every if not asked or name in asked]


@contextlib.contextmanager
def _interrupting() -> Iterator[None]:
    """A wish to end, whoever has it, ends as Ctrl-C does: the scratch copy is taken down."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    heard = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, end) for one in heard}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextlib.contextmanager
def _unhurried(listener: Listener) -> Iterator[None]:
    """What is taken down now is taken down whole."""

    def wait(_number: int, _frame: FrameType | None) -> None:
        listener.does("", "the scratch copy is being taken down; wait")

    every = (signal.SIGINT, *_SIGNALS)
    heard = [one for one in every if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, wait) for one in heard}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
