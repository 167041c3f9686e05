"""One environment ends and another begins, or, when that fails, the first one is back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence

import msgspec

from partywall.interfaces import RENDERED, Progress
from partywall.model.choices import Presence
from partywall.model.errors import BadInput, CheckFailed, HalfDone, PartywallError
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import Instance, Job, Route
from partywall.system import lastwill
from partywall.system.files import failed
from partywall.workflows.change import Approve, Changed, Goal, change, planned
from partywall.workflows.project import Project

LOG = "switch-back.log"
"""What is said where a switch that was killed is taken back, below the home folder."""


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    changed: Changed
    former: str
    on: str
    away: float
    """Seconds during which neither answered."""


def goal(project: Project, to: str) -> Goal:
    """What is wanted when an environment is switched on.

    Raises:
        BadInput: when there is no such environment, or all of them stand anyway.
    """
    project.environment(to)
    presence = project.choices.presence
    if presence is not Presence.SWITCHED:
        raise BadInput(
            f"there is nothing to switch: with `presence: {presence.value}` environments do not "
            "take turns",
            where=project.settings.where("presence") or project.settings.where("architecture"),
            remedy="say `architecture: profiles` in partywall.yaml, then `partywall up`",
        )
    return Goal(verb="up", to=to, former=project.on)


def preview(project: Project, to: str) -> Plan:
    """What would be done; nothing is changed."""
    return planned(project, goal(project, to))


def switch(
    project: Project, to: str, approve: Approve, progress: Progress, will: Sequence[str]
) -> Switched:
    """Do it, after `approve` has seen the plan.

    Args:
        project: the project.
        to: who is switched on.
        approve: asks the user, or raises.
        progress: who hears of it.
        will: the command line that takes a switch back; run if this process is killed.

    Raises:
        CheckFailed: when the other one did not become well; the first one is back.
        HalfDone: when not even that could be done: nobody serves.
        PartywallError: when nothing was done.
    """
    wanted = goal(project, to)
    gap = Gap(progress, time.monotonic)
    with contextlib.ExitStack() as meanwhile:

        def approving(plan: Plan) -> None:
            approve(plan)
            meanwhile.enter_context(_willed(project, will))
            gap.expect(plan)

        try:
            done = change(project, wanted, approving, gap)
        except HalfDone as error:
            _back(project, wanted, gap, error)
            raise CheckFailed(
                f"{to} was not switched on: {error.what}\n{_again(wanted, gap)}",
                detail=error.detail,
                remedy="mend what is named and switch again",
            ) from error
    return Switched(changed=done, former=wanted.former, on=to, away=gap.seconds)


@contextlib.contextmanager
def _willed(project: Project, will: Sequence[str]) -> Iterator[None]:
    """Somebody takes the switch back if this process dies; what Compose does meanwhile ends first.

    Raises:
        MachineFailed: when nobody can be set to wait.
    """
    log = project.home / LOG
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lastwill.left(will, log, f"{project.home / RENDERED}/"))
        except OSError as error:
            raise failed(error, "write", log) from error
        yield


def _back(project: Project, wanted: Goal, gap: Gap, why: HalfDone) -> None:
    """Let the first one stand again as it was.

    Raises:
        HalfDone: when it does not; `why` the other one does not is said, too.
    """
    try:
        change(
            project,
            Goal(verb="back", to=wanted.former),
            lambda plan: gap.expect(plan, again=True),
            gap,
        )
    except PartywallError as error:
        raise HalfDone(
            f"{wanted.to} was not switched on: {why.what}\n"
            f"nor does {wanted.former} serve again, so nobody does: {error.what}",
            detail=[*why.detail, *error.detail],
            remedy=f"mend what is named, then `partywall resume` starts {wanted.former}",
        ) from error


def _again(wanted: Goal, gap: Gap) -> str:
    if wanted.former == wanted.to:
        return f"{wanted.to} is as it was before"
    return f"{wanted.former} serves again; neither answered for {gap.seconds:.1f} s"


class Gap(Progress):
    """Hears of every step, and measures how long nobody answered.

    That begins with the first thing that is taken from visitors, and ends with the last that is
    there for them again: addresses, or in an app without any the services themselves.
    """

    def __init__(self, progress: Progress, now: Callable[[], float]) -> None:
        self._progress, self._now = progress, now
        self._takes: Collection[str] = ()
        self._gives: Collection[str] = ()
        self._from: float | None = None
        self._until: float | None = None

    @property
    def seconds(self) -> float:
        """The gap so far; 0 when there was none."""
        if self._from is None:
            return 0.0
        return (self._until if self._until is not None else self._now()) - self._from

    def expect(self, plan: Plan, *, again: bool = False) -> None:
        """Which steps count; `again`: the gap has begun already."""
        routes = [step for step in plan.steps if _is_address(step)]
        steps = routes or [step for step in plan.steps if _is_service(step)]
        self._gives = [step.key for step in steps if _is_there(step)]
        self._takes = [step.key for step in steps if not _is_there(step)]
        self._from = self._from if again else None
        self._until = None

    def began(self, step: Step) -> None:
        """A step begins."""
        if step.key in self._takes and self._from is None:
            self._from = self._now()
        self._progress.began(step)

    def ended(self, step: Step, seconds: float) -> None:
        """A step has been carried out."""
        if step.key in self._gives:
            self._until = self._now()
        self._progress.ended(step, seconds)

    def failed(self, step: Step, says: str) -> None:
        """A step did not work."""
        self._progress.failed(step, says)

    def stopping(self) -> None:
        """Somebody wants to stop."""
        self._progress.stopping()


def _is_address(step: Step) -> bool:
    entry = step.after or step.before
    return entry is not None and isinstance(entry.thing, Route)


def _is_service(step: Step) -> bool:
    entry = step.after or step.before
    return entry is not None and isinstance(entry.thing, Instance | Job)


def _is_there(step: Step) -> bool:
    """Whether visitors have it after the step."""
    if step.action is Action.REMOVE or step.after is None:
        return False
    return not (isinstance(step.after.thing, Route) and step.after.thing.away)
