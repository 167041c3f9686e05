"""A rollout that climbs step by step while all is well, and halts when it is not; pure.

Whoever carries it out asks `advance` again and again, does what it says and keeps the climb that it
gives. Between two answers any time may pass.
"""

from __future__ import annotations

import math
from enum import StrEnum

import msgspec

from partywall.flags.health import Bounds, Health, unjudged, wrong
from partywall.flags.percents import unfit

__all__ = ["Act", "After", "Bounds", "Climb", "Decision", "Health", "advance"]


class After(StrEnum):
    """Where a rollout is after it has halted."""

    STAY = "stay"
    """At the step at which it was."""
    BACK = "back"
    """At 0 %: nobody sees the new variant any more."""


class Climb(msgspec.Struct, frozen=True, kw_only=True):
    """A rollout, as it is kept between one look and the next. Moments are seconds of one clock.

    Raises:
        ValueError: when it cannot be climbed.
    """

    steps: tuple[float, ...]
    """Percentages of users, rising."""
    hold_seconds: float
    """How long each step is kept, the last one too."""
    started: float
    """When the first step began."""
    since: float
    """When this step began."""
    step: int = 0
    """The place of this step among all, from 0."""
    bounds: Bounds = Bounds()
    after: After = After.STAY
    halted: str = ""
    """Why it does not climb any more."""
    done: bool = False
    """Whether the last step was kept for its time."""

    def __post_init__(self) -> None:
        if why := unfit(self.steps):
            raise ValueError(f"a rollout cannot climb by these steps: {why}")
        if not 0 <= self.hold_seconds < math.inf:
            raise ValueError(f"a step cannot be kept for {self.hold_seconds:g} seconds")
        if not 0 <= self.step < len(self.steps):
            raise ValueError(f"there is no step {self.step + 1} of {len(self.steps)}")

    @property
    def percent(self) -> float:
        """Users that are to see the new variant, of a hundred."""
        return 0.0 if self.halted and self.after is After.BACK else self.steps[self.step]


class Act(StrEnum):
    """What is to be done."""

    WAIT = "wait"
    CLIMB = "climb"
    HALT = "halt"
    DONE = "done"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done now."""

    act: Act
    climb: Climb
    """What is kept; its `percent` is what users are to see."""
    says: str
    """The decision as a sentence."""
    until: float | None = None
    """When to look again at the latest: when this step has been kept for its time; None: never."""


def advance(climb: Climb, now: float, health: Health) -> Decision:
    """What a rollout does next; of one that has halted or is done, the same for ever.

    It halts at any time; it climbs one step at a time, however late it is looked at, and each step
    is kept for its whole time after it was begun. Where the clock was set back, this one is kept
    for its whole time again. Where errors are to be judged, it is kept until enough have come.

    Args:
        climb: as the last decision gave it.
        now: seconds of the clock that gave `started` and `since`.
        health: since this step began.
    """
    if climb.halted:
        return Decision(act=Act.HALT, climb=climb, says=_halted(climb))
    if climb.done:
        return Decision(act=Act.DONE, climb=climb, says=_finished(climb))
    if why := wrong(health, climb.bounds):
        ended = msgspec.structs.replace(climb, halted=why)
        return Decision(act=Act.HALT, climb=ended, says=_halted(ended))
    held = msgspec.structs.replace(climb, since=min(climb.since, now))
    until = held.since + held.hold_seconds
    return _waits(held, until) if now < until else _climbs(held, now, health)


def _waits(climb: Climb, until: float) -> Decision:
    says = f"stays at {climb.percent:g}% until that was so for {climb.hold_seconds:g} seconds"
    return Decision(act=Act.WAIT, climb=climb, says=says, until=until)


def _climbs(climb: Climb, now: float, health: Health) -> Decision:
    if few := unjudged(health, climb.bounds):
        says = f"stays at {climb.percent:g}%: {few}"
        return Decision(act=Act.WAIT, climb=climb, says=says, until=now + climb.hold_seconds)
    step = climb.step + 1
    if step == len(climb.steps):
        ended = msgspec.structs.replace(climb, done=True)
        return Decision(act=Act.DONE, climb=ended, says=_finished(ended))
    higher = msgspec.structs.replace(climb, step=step, since=now)
    says = f"climbs from {climb.percent:g}% to {higher.percent:g}%"
    return Decision(act=Act.CLIMB, climb=higher, says=says, until=now + climb.hold_seconds)


def _halted(climb: Climb) -> str:
    where = "goes back to 0%" if climb.after is After.BACK else f"stays at {climb.percent:g}%"
    return f"halted at step {climb.step + 1} of {len(climb.steps)}, {where}: {climb.halted}"


def _finished(climb: Climb) -> str:
    return f"done, at {climb.percent:g}%"
