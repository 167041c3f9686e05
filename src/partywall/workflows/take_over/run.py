"""Carries a take-over out, stage by stage, and goes back from wherever it fails."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from partywall.execution.lock import Locks
from partywall.execution.stopping import stopping
from partywall.interfaces import Progress, Reach
from partywall.model.errors import HalfDone, MachineFailed, PartywallError, Refused
from partywall.model.plan import Plan
from partywall.model.world import Database, Key, environment_of
from partywall.workflows import change
from partywall.workflows.opening import reopened
from partywall.workflows.project import Project
from partywall.workflows.take_over import databases, record, settings_line
from partywall.workflows.take_over.found import (
    Finding,
    TakeOver,
    after,
    check_attached,
    succession,
)
from partywall.workflows.take_over.record import Record
from partywall.workflows.take_over.settings_line import ATTACH, VOLUMES_OF

Tell = Callable[[str], None]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    found: TakeOver
    away: float
    """Seconds from the stop of the first original until all new ones were well."""
    saved: Path
    """The folder of the dumps."""


def planned(project: Project, environment: str, behind: Iterable[str] = ()) -> TakeOver:
    """What would be done; nothing is changed.

    Raises:
        PartywallError: when it must not be done.
    """
    return _finding(project, environment, behind).take_over()


def _finding(project: Project, environment: str, behind: Iterable[str]) -> Finding:
    check_attached(project, environment)
    settings_line.changed(project.settings, environment, ATTACH, VOLUMES_OF)
    return Finding(project, after(project, environment), environment, behind)


def take_over(
    project: Project,
    environment: str,
    *,
    behind: Iterable[str],
    approve: Callable[[TakeOver], None],
    tell: Tell,
    progress: Progress,
) -> Done | None:
    """Do it, after `approve` has seen what would be done; None: one was finished that had settled.

    Raises:
        PartywallError: when it was not done; the originals serve then as before.
        HalfDone: when not even they could be started again.
    """
    with _alone(project):
        if (left := record.read(project.home)) is not None:
            if left.settled:
                _finish(project, left)
                return None
            _back(project, left, tell, progress)
            project = reopened(project)
        finding = _finding(project, environment, behind)
        found = finding.take_over()
        approve(found)
        return _Run(project, found, tell, progress).through(finding.refuse_lost_data)


def resume(project: Project, *, back: bool, tell: Tell, progress: Progress) -> bool:
    """Let the originals serve again after a take-over that broke off, or finish one that settled.

    Returns:
        Whether there was one.

    Raises:
        Refused: when it can only be finished, or only be taken back.
        HalfDone: when the originals cannot be started.
    """
    if (left := record.read(project.home)) is None:
        return False
    name = left.operation.environment
    with _alone(project):
        if left.settled and not back:
            _finish(project, left)
            tell(f"{name} is taken over, and its originals are removed")
        elif back and not left.settled:
            _back(project, left, tell, progress)
        elif back:
            raise Refused(
                f"{name} is taken over already, and its originals are being removed",
                remedy="`partywall resume` finishes it",
            )
        else:
            raise Refused(
                f"a take-over of {name} broke off (at: {left.stage}), and none is gone on with",
                remedy=f"`partywall resume --back`, or `partywall take-over {name}` to start over",
            )
    return True


class _Run:
    """One take-over."""

    def __init__(self, project: Project, found: TakeOver, tell: Tell, progress: Progress) -> None:
        self._project = project
        self._later = after(project, found.environment)
        self._found = found
        self._tell = tell
        self._progress = progress
        self._before: dict[Key, databases.Server] = {}
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(project.clock.now()))
        self._folder = project.home / "take-over" / stamp
        self._record = msgspec.structs.replace(
            record.begun(found.environment, found.project, found.originals),
            saved=str(self._folder),
        )

    def through(self, refuse_lost_data: Callable[[], None]) -> Done:
        """Every stage in order; what is lost is asked for again when the originals have stopped."""
        try:
            with stopping() as stop:
                away = self._stages(stop, refuse_lost_data)
        except BaseException as error:
            self._give_up(error)
            raise
        _finish(self._project, self._record)
        return Done(found=self._found, away=away, saved=self._folder)

    def _stages(self, stop: threading.Event, refuse_lost_data: Callable[[], None]) -> float:
        hands = succession(self._project)
        self._begin("save", stop)
        for database in self._servers():
            databases.save(self._reach, hands, database, self._folder)
        self._begin("images", stop)
        world = self._later.desired([self._environment]).entries.values()
        self._later.claim([self._environment])
        succession(self._later).prepare(one for one in world if self._is_mine(one.thing.key))
        change.prepare_ground(self._later, self._environment, self._progress)
        self._before = {one.server: databases.look(self._reach, one) for one in self._servers()}
        self._begin("stop", stop)
        clock = self._project.clock
        began = clock.now()
        hands.rest(self._found.originals)
        refuse_lost_data()  # a Redis writes what it has in memory when it stops
        self._begin("start", stop)
        goal = change.Goal(verb="up", scope=self._environment)
        change.change(self._later, goal, _agreed, self._progress)
        away = clock.now() - began
        self._begin("check", stop)
        self._check()
        text = settings_line.changed(self._project.settings, self._environment, ATTACH, VOLUMES_OF)
        settings_line.write(self._project.settings, text)
        self._mark("settle")
        return away

    @property
    def _environment(self) -> str:
        return self._found.environment

    @property
    def _reach(self) -> Reach:
        return self._project.engine.reach()

    def _is_mine(self, key: Key) -> bool:
        return environment_of(key) == self._environment

    def _servers(self) -> Iterable[Database]:
        return databases.servers(self._found.databases).values()

    def _begin(self, name: str, stop: threading.Event) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        self._mark(name)

    def _mark(self, name: str) -> None:
        begun = msgspec.structs.replace(self._record, stage=name)
        record.write(self._project.home, begun)
        self._record = begun  # only now: what could not be written down was not begun
        why = next(one.why for one in record.STAGES if one.name == name)
        self._tell(f"{name}: {why}")

    def _check(self) -> None:
        """The data stand where they stood, and the servers know them again."""
        hands = succession(self._later)
        for original in self._found.originals:
            key = f"{self._environment}/{original.service}"
            if key not in {one.key for one in self._found.services}:
                continue
            now = hands.held(key)
            for path, held in original.held.items():
                if not held.unnamed and now[path].source != held.source:
                    raise MachineFailed(f"{key} has not {held.source} at {path}")
        reach = self._later.engine.reach()
        for one in self._servers():
            databases.check(one, self._before[one.server], databases.look(reach, one))

    def _give_up(self, error: BaseException) -> None:
        """Go back, and say why.

        Raises:
            PartywallError: with the reason, and that the originals serve.
        """
        _back(self._project, self._record, self._tell, self._progress)
        if isinstance(error, PartywallError):
            refused = isinstance(error, Refused)
            kind = Refused if refused else MachineFailed
            raise kind(
                f"{self._environment} was not taken over, and the originals serve as before: "
                f"{error.what}",
                where=error.where,
                detail=error.detail,
                remedy=(refused and error.remedy) or "see to that, then run it again",
            ) from error


def _back(project: Project, left: Record, tell: Tell, progress: Progress) -> None:
    name = left.operation.environment
    tell(f"back: the originals of {name} serve again")
    try:
        with stopping():
            _restore_settings(reopened(project), left)
            _undo(project, left, progress)
    except Exception as error:
        what = error.what if isinstance(error, PartywallError) else str(error)
        raise HalfDone(
            f"the originals of {name} could not be started again: {what}",
            detail=error.detail if isinstance(error, PartywallError) else (),
            remedy="see to that, then `partywall resume --back`",
        ) from error
    shutil.rmtree(left.saved, ignore_errors=True)
    record.close(project.home)


def _restore_settings(project: Project, left: Record) -> None:
    name = left.operation.environment
    if project.environment(name).volumes_of is not None:
        text = settings_line.changed(project.settings, name, VOLUMES_OF, ATTACH)
        settings_line.write(project.settings, text)


def _undo(project: Project, left: Record, progress: Progress) -> None:
    name = left.operation.environment
    attached = reopened(project)
    later = after(attached, name)
    if left.stage != "save":
        change.change(later, change.Goal(verb="destroy", scope=name), _agreed, progress)
        succession(later).forget(name)
    if left.stage in ("stop", "start", "check"):
        succession(attached).wake(left.originals)


def _finish(project: Project, left: Record) -> None:
    """The new ones serve: what they replaced goes."""
    succession(project).remove(left.originals)
    record.close(project.home)


@contextlib.contextmanager
def _alone(project: Project) -> Iterator[None]:
    with Locks(project.home).hold(["take-over"], "take-over"):
        yield


def _agreed(_plan: Plan) -> None:
    """It was asked for as a whole."""
