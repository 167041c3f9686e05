"""Carries leaving out; when production does not run as plain Compose, it is brought back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from partywall.execution.lock import Locks
from partywall.execution.stopping import stopping
from partywall.interfaces import Plain, Progress, Succession
from partywall.model.errors import HalfDone, MachineFailed, PartywallError
from partywall.model.plan import Plan
from partywall.system.files import failed
from partywall.workflows import change
from partywall.workflows.leave import plainly
from partywall.workflows.leave.found import Leaving, find
from partywall.workflows.project import Project
from partywall.workflows.take_over.found import succession

Tell = Callable[[str], None]
KEPT = "partywall-dumps"
"""Where dumps go that a take-over made: the folder that they are in is removed."""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    found: Leaving
    away: float
    """Seconds without production; 0: it was none of ours."""


def leave(
    project: Project,
    *,
    behind: Iterable[str],
    approve: Callable[[Leaving], None],
    tell: Tell,
    progress: Progress,
) -> Left:
    """Do it, after `approve` has seen what would be done.

    Raises:
        PartywallError: when it was not done; production then runs as before.
        HalfDone: when it could not be brought back.
    """
    with Locks(project.home).hold(["leave"], "leave"):
        found = find(project, behind)
        approve(found)
        hands = succession(project)
        away = 0.0
        if found.plain is not None:
            away = _HandingBack(project, hands, found, tell, progress).through(found.plain)
        tell("take away the edge's routes, networks and what else is ours; data stay")
        change.change(project, change.Goal(verb="down"), _agreed, progress)
        hands.vanish(last=found.last)
    _remove_own(project, found)
    return Left(found=found, away=away)


class _HandingBack:
    """Production goes over from our containers to those of plain Compose."""

    def __init__(
        self,
        project: Project,
        hands: Succession,
        found: Leaving,
        tell: Tell,
        progress: Progress,
    ) -> None:
        self._project = project
        self._hands = hands
        self._found = found
        self._before = project.observer.observe()
        self._tell = tell
        self._progress = progress

    def through(self, plain: Plain) -> float:
        """Seconds without production.

        Raises:
            PartywallError: when it runs as before.
            HalfDone: when it does not.
        """
        plainly.write(self._project.folder, self._found.override, self._found.variables)
        try:
            self._tell("images: build or fetch what plain Compose needs, before anything stops")
            self._hands.ready(plain)
        except PartywallError:
            self._unwrite()
            raise
        clock = self._project.clock
        began = clock.now()
        try:
            with stopping() as stop:
                self._tell(f"stop {self._found.production}; from here on it is away")
                goal = change.Goal(verb="down", scope=self._found.production)
                change.change(self._project, goal, _agreed, self._progress)
                self._tell(f"start the Compose project {plain.project} on the same data")
                self._hands.hand_back(plain)
                if stop.is_set():
                    raise KeyboardInterrupt  # noqa: TRY301  (it goes back like any failure)
        except BaseException as error:
            self._back(plain, error)
            raise
        return clock.now() - began

    def _back(self, plain: Plain, error: BaseException) -> None:
        self._tell(f"back: {self._found.production} as it was")
        says = error.what if isinstance(error, PartywallError) else str(error) or "interrupted"
        detail = error.detail if isinstance(error, PartywallError) else ()
        try:
            with stopping():
                self._hands.take_back(plain)
                self._unwrite()
                change.restore(self._project, self._before, self._found.production, self._progress)
        except PartywallError as second:
            raise HalfDone(
                f"{self._found.production} does not run: {says}; then {second.what}",
                detail=[*detail, *second.detail],
                remedy=f"see to that, then `partywall up {self._found.production}`",
            ) from second
        if isinstance(error, PartywallError):
            raise MachineFailed(
                f"{self._found.production} was not handed back, and runs as before: {says}",
                detail=detail,
                remedy="see to that, then `partywall leave` once more",
            ) from error

    def _unwrite(self) -> None:
        for name in (plainly.OVERRIDE, plainly.VARIABLES):
            (self._project.folder / name).unlink(missing_ok=True)


def _remove_own(project: Project, found: Leaving) -> None:
    """The installation's folder, and with the last project that of the machine's edge."""
    if found.dumps is not None:
        _move(found.dumps, project.folder / KEPT)
    places = [project.home]
    if found.last:
        places.append(project.commons.folder)
    for place in places:
        try:
            shutil.rmtree(place)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise failed(error, "remove", place) from error


def _move(folder: Path, target: Path) -> None:
    try:
        for one in sorted(folder.iterdir()):
            if one.is_dir():
                target.mkdir(mode=0o700, exist_ok=True)
                one.replace(target / one.name)
    except OSError as error:
        raise failed(error, "keep the dumps in", target) from error


def _agreed(_plan: Plan) -> None:
    """It was asked for as a whole."""
