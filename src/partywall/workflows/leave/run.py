"""Carries leaving out; when production does not run as plain Compose, it is brought back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from partywall.execution.lock import Locks
from partywall.execution.stopping import stopping
from partywall.interfaces import Plain, Progress, Succession
from partywall.model.errors import HalfDone, MachineFailed, PartywallError, Refused
from partywall.model.plan import Plan
from partywall.system.files import failed
from partywall.workflows import change
from partywall.workflows.leave import plainly, record
from partywall.workflows.leave.found import Leaving, find, refuse_waiting
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
        if (broken := record.read(project.home)) is not None:
            _bring_back(project, broken, tell, progress)
        found = find(project, behind)
        approve(found)
        hands = succession(project)
        away = 0.0
        if found.plain is not None:
            away = _HandingBack(project, hands, found, tell, progress).through(found.plain)
        tell("take away the edge's routes, networks and what else is ours; data stay")
        change.change(project, change.Goal(verb="down"), _agreed, progress)
        for key, volume in sorted(left_without_a_name(project, hands)):
            tell(f"what {key} kept in a volume without a name is in {volume}")
        hands.vanish(last=found.last)
    _remove_own(project, found)
    return Left(found=found, away=away)


def resume(project: Project, *, back: bool, tell: Tell, progress: Progress) -> bool:
    """Bring production back as it was, after handing it back broke off.

    Returns:
        Whether that had broken off.

    Raises:
        Refused: when it is to go on: production is away, and nobody knows for how long.
        PartywallError: when it cannot be brought back.
    """
    if (broken := record.read(project.home)) is None:
        return False
    if not back:
        record.refuse_unfinished(project.home, None)
    with Locks(project.home).hold(["leave"], "leave"):
        _bring_back(project, broken, tell, progress)
    return True


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
            begun = record.begun(self._found.production, plain, self._before)
            record.write(self._project.home, begun)
        except PartywallError:
            _unwrite(self._project)
            raise
        clock = self._project.clock
        began = clock.now()
        try:
            with stopping() as stop:
                self._tell(f"stop {self._found.production}; from here on it is away")
                goal = change.Goal(verb="down", scope=self._found.production)
                change.change(_handing(self._project, plain), goal, _agreed, self._progress)
                refuse_waiting(self._hands, self._found)
                self._tell(f"start the Compose project {plain.project} on the same data")
                self._hands.hand_back(plain)
                if stop.is_set():
                    raise KeyboardInterrupt  # noqa: TRY301  (it goes back like any failure)
        except BaseException as error:
            self._back(begun, error)
            raise
        record.close(self._project.home)
        return clock.now() - began

    def _back(self, begun: record.Record, error: BaseException) -> None:
        says = error.what if isinstance(error, PartywallError) else str(error) or "interrupted"
        detail = error.detail if isinstance(error, PartywallError) else ()
        try:
            _bring_back(self._project, begun, self._tell, self._progress)
        except PartywallError as second:
            raise HalfDone(
                f"{self._found.production} does not run: {says}; then {second.what}",
                detail=[*detail, *second.detail],
                remedy="see to that, then `partywall resume --back`",
            ) from second
        if isinstance(error, PartywallError):
            refused = isinstance(error, Refused)
            kind = Refused if refused else MachineFailed
            raise kind(
                f"{self._found.production} was not handed back, and runs as before: {says}",
                detail=detail,
                remedy=(refused and error.remedy)
                or "see to that, then `partywall leave` once more",
            ) from error


def _bring_back(project: Project, left: record.Record, tell: Tell, progress: Progress) -> None:
    """Production as it was before it was handed back."""
    tell(f"back: {left.production} as it was")
    with stopping():
        succession(project).take_back(left.plain)
        _unwrite(project)
        change.restore(project, left.before, left.production, progress)
    record.close(project.home)


def _handing(project: Project, plain: Plain) -> Project:
    """The project, for which what plain Compose runs in its place is no stranger."""
    return Project(project.settings, project.chosen_engine, succeeds=plain.project)


def _unwrite(project: Project) -> None:
    for name in (plainly.OVERRIDE, plainly.VARIABLES):
        (project.folder / name).unlink(missing_ok=True)


def left_without_a_name(project: Project, hands: Succession) -> set[tuple[str, str]]:
    """Instances that are down, and the engine's names of what nobody else would find."""
    return {
        (key, held.source)
        for name in project.settings.environments
        for key, found in hands.waiting(name).items()
        for held in found.values()
    }


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
