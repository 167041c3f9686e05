"""A variant beside the control: how far apart the outcome is, and whether that is shown; pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from partywall.flags.intervals import Interval, newcombe

LEAST_USERS = 100
"""Users that have to have seen each of two variants before a difference is said to be shown: fewer
are easily one customer's, or those of one odd hour."""
LEAST_EXPECTED = 5.0
"""Users with the outcome, and without it, that each of two variants would have if it were as
frequent in both: with these, an interval errs about as often as it says. It is not asked of what
was counted: a variant in which the outcome does not happen any more is no case of too few."""


class Verdict(StrEnum):
    """What is said of a variant beside the control."""

    HIGHER = "higher"
    LOWER = "lower"
    UNSHOWN = "no difference is shown"
    TOO_FEW = "too few"


class Counted(msgspec.Struct, frozen=True):
    """Distinct users that have seen a variant, and those of them with the outcome.

    Raises:
        ValueError: when there cannot be such numbers.
    """

    variant: str
    users: int
    outcomes: int

    def __post_init__(self) -> None:
        if min(self.users, self.outcomes) < 0:
            raise ValueError(f"{self.variant} has less than no users, or outcomes")
        if self.outcomes > self.users:
            raise ValueError(
                f"{self.variant} has {self.outcomes} users with the outcome,"
                f" but only {self.users} that have seen it"
            )

    @property
    def share(self) -> tuple[int, int]:
        """Users with the outcome, and all users."""
        return self.outcomes, self.users

    @property
    def percent(self) -> float | None:
        """Users with the outcome, of a hundred; None: nobody has seen the variant."""
        return 100 * self.outcomes / self.users if self.users else None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A variant beside the control."""

    variant: str
    control: str
    points: float | None
    """Percentage points by which the variant is above the control; None: one of them has nobody."""
    low: float
    high: float
    """Ends of the interval of these points."""
    relative: float | None
    """The points in percent of the control's rate; None: that is nothing, or there is none."""
    verdict: Verdict
    says: str
    """The verdict as a sentence, with how great the difference is at least and at most."""


def compared(one: Counted, control: Counted, level: float) -> Compared:
    """Compare a variant with the control.

    Args:
        one: the variant; none of its users is one of the control's.
        control: what it is compared with.
        level: how often the interval is to hold the true difference, between 0 and 1.
    """
    found = newcombe(one.share, control.share, level)
    percent = Interval(100 * found.low, 100 * found.high)
    mine, others = one.percent, control.percent
    points = None if mine is None or others is None else mine - others
    verdict = _verdict(one, control, percent)
    return Compared(
        variant=one.variant,
        control=control.variant,
        points=points,
        low=percent.low,
        high=percent.high,
        relative=100 * points / others if points is not None and others else None,
        verdict=verdict,
        says=_sentence(one, control, percent, verdict),
    )


def _verdict(one: Counted, control: Counted, points: Interval) -> Verdict:
    if _lacking(one, control):
        return Verdict.TOO_FEW
    if points.holds(0.0):
        return Verdict.UNSHOWN
    return Verdict.HIGHER if points.low > 0 else Verdict.LOWER


def _lacking(one: Counted, control: Counted) -> str:
    """What there is too little of; nothing when there is enough."""
    fewest = min(one, control, key=lambda each: each.users)
    if fewest.users < LEAST_USERS:
        return f"{fewest.variant} has {fewest.users} users, and at least {LEAST_USERS} are needed"
    outcomes, users = one.outcomes + control.outcomes, one.users + control.users
    rarer = min(outcomes, users - outcomes)
    expected = fewest.users * rarer / users
    if expected >= LEAST_EXPECTED:
        return ""
    what = "with" if rarer == outcomes else "without"
    return (
        f"of {rarer} users {what} the outcome, {expected:.1f} are due in {fewest.variant},"
        f" and at least {LEAST_EXPECTED:g} are needed"
    )


def _sentence(one: Counted, control: Counted, points: Interval, verdict: Verdict) -> str:
    name, other = one.variant, control.variant
    match verdict:
        case Verdict.TOO_FEW:
            return f"too few: {_lacking(one, control)}"
        case Verdict.UNSHOWN:
            between = f"{_placed(points.low)} to {_placed(points.high)}"
            return f"no difference is shown: {name} may be {between} than {other}"
        case _:
            return f"{name} is {verdict} than {other}, by {_bounds(points)} percentage points"


def _placed(points: float) -> str:
    return f"{abs(points):.2f} percentage points {'lower' if points < 0 else 'higher'}"


def _bounds(points: Interval) -> str:
    least, most = sorted(map(abs, (points.low, points.high)))
    if least < 0.005:
        return f"anything up to {most:.2f}"
    return f"at least {least:.2f} and at most {most:.2f}"
