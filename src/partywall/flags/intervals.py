"""What chance alone does to shares of users, to their differences and to splits; pure."""

from __future__ import annotations

import math
from statistics import NormalDist

import msgspec

LEVEL = 0.95
"""How often an interval holds the true value, where nothing else is said."""
Share = tuple[int, int]
"""Users with an outcome, and all users."""


class Interval(msgspec.Struct, frozen=True):
    """From the least to the greatest value that goes with what was counted."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether it lies in it; the ends do."""
        return self.low <= value <= self.high


def wilson(share: Share, level: float = LEVEL) -> Interval:
    """The score interval of a share, 0 to 1; all of that where there are no users.

    It is right for few users and for shares near 0 and 1, where the share plus and minus twice its
    standard error is not. E. B. Wilson, Journal of the American Statistical Association 22 (1927).

    Args:
        share: users with the outcome, and all users.
        level: how often it is to hold the true share, between 0 and 1.
    """
    outcomes, users = share
    if not users:
        return Interval(0.0, 1.0)
    square = NormalDist().inv_cdf((1 + level) / 2) ** 2
    found, middle = outcomes / users, (outcomes + square / 2) / (users + square)
    spread = outcomes * (users - outcomes) / users + square / 4
    reach = math.sqrt(square * spread) / (users + square)
    return Interval(max(0.0, min(found, middle - reach)), min(1.0, max(found, middle + reach)))


def newcombe(one: Share, other: Share, level: float = LEVEL) -> Interval:
    """The difference of two shares, `one` less `other`, -1 to 1; all of that without users of one.

    Wilson's intervals of both, put together: method 10 of R. G. Newcombe, Statistics in Medicine 17
    (1998), pages 873 to 890.

    Args:
        one: users with the outcome, and all users, of the first.
        other: the same of users that are none of the first.
        level: how often it is to hold the true difference, between 0 and 1.
    """
    if not one[1] or not other[1]:
        return Interval(-1.0, 1.0)
    first, second = one[0] / one[1], other[0] / other[1]
    mine, others = wilson(one, level), wilson(other, level)
    below = math.hypot(first - mine.low, others.high - second)
    above = math.hypot(mine.high - first, second - others.low)
    return Interval(first - second - below, first - second + above)


def beyond(squares: float, freedom: int) -> float:
    """How often chance alone gives a chi-square as great as this, or greater; 0 to 1.

    The finite sums for whole degrees of freedom: M. Abramowitz and I. A. Stegun, Handbook of
    Mathematical Functions (1964), 26.4.4 and 26.4.5.

    Args:
        squares: the sum of squared differences, each divided by what was expected.
        freedom: degrees of freedom, 1 or more.
    """
    half = squares / 2
    if half <= 0:
        return 1.0
    odd = freedom % 2
    terms = (
        math.exp(power * math.log(half) - half - math.lgamma(power + 1))
        for power in (step + odd / 2 for step in range(freedom // 2))
    )
    # Of one degree, which erfc is, or of none; each power more is two degrees more.
    return min(1.0, (math.erfc(math.sqrt(half)) if odd else 0.0) + math.fsum(terms))
