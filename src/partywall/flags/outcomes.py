"""What users of each variant did, and whether variants differ by more than chance; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from partywall.flags.comparisons import Compared, Counted, Verdict, compared
from partywall.flags.intervals import LEVEL, wilson
from partywall.flags.splits import Split, split

__all__ = ["ONE_LOOK", "Compared", "Counted", "Outcome", "Rate", "Verdict", "outcome"]

ONE_LOOK = (
    "The intervals are right for one look, at a time chosen before. Who looks again and again and"
    " stops at the first difference sees one far too often where there is none."
)
"""Said with every outcome: of tests without a difference, about one in five seems to have one at
some of ten looks. Nor does anything here know of other outcomes: each is judged by itself."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """How frequent the outcome is among the users of a variant."""

    variant: str
    users: int
    outcomes: int
    percent: float | None
    """Of its users; None: it has none."""
    low: float
    high: float
    """Ends of the 95 % interval of that percentage, of this variant by itself."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Something that users do or do not, in every variant."""

    name: str
    control: str
    level: float
    """How often the interval of each comparison holds the true difference: 0.95 for one. Several
    have 0.05 divided by their number to err (Bonferroni), so that all of them together hold theirs
    in 95 of 100 experiments, or more."""
    rates: tuple[Rate, ...]
    compared: tuple[Compared, ...]
    """All variants but the control, beside it."""
    trusted: bool
    """False: users are not split as configured, and what differs may come from that."""
    split_chance: float | None
    """How often chance alone gives such a split, or one further off; None: it was not tested."""
    warnings: tuple[str, ...]
    """Why the counts are not to be trusted."""
    notes: tuple[str, ...]
    """How the numbers are to be read."""


def outcome(
    name: str,
    counted: Sequence[Counted],
    control: str,
    configured: Mapping[str, float] | None = None,
) -> Outcome:
    """The rate of every variant, and all of them but the control compared with it.

    Args:
        name: what was counted.
        counted: every variant once, in the order in which they are shown. A user is one of a single
            variant: who has seen several belongs to the first of them, or to none.
        control: the variant that the others are compared with.
        configured: variant → percentage of users that were to see it during the whole count; None:
            the split is not tested.

    Raises:
        ValueError: when the control is none of the variants, one of them is there twice, or a
            percentage is none.
    """
    base = _control(counted, control)
    others = [one for one in counted if one is not base]
    level = 1 - (1 - LEVEL) / max(1, len(others))
    users = {one.variant: one.users for one in counted}
    spread = Split(None) if configured is None else split(users, configured)
    return Outcome(
        name=name,
        control=control,
        level=level,
        rates=tuple(map(_rate, counted)),
        compared=tuple(compared(one, base, level) for one in others),
        trusted=spread.trusted,
        split_chance=spread.chance,
        warnings=() if spread.trusted else (spread.says,),
        notes=_notes(len(others), spread.says if spread.trusted else ""),
    )


def _control(counted: Sequence[Counted], control: str) -> Counted:
    found = {one.variant: one for one in counted}
    if len(found) < len(counted):
        twice = Counter(one.variant for one in counted).most_common(1)[0][0]
        raise ValueError(f"{twice} is counted twice")
    if control not in found:
        raise ValueError(f"{control} is none of the variants that were counted")
    return found[control]


def _rate(one: Counted) -> Rate:
    found = wilson(one.share)
    return Rate(
        variant=one.variant,
        users=one.users,
        outcomes=one.outcomes,
        percent=one.percent,
        low=100 * found.low,
        high=100 * found.high,
    )


def _notes(comparisons: int, untested: str) -> tuple[str, ...]:
    several = (
        f"{comparisons} variants are compared with one: each of these intervals is wider, so that"
        " all of them hold together."
    )
    return tuple(filter(None, (ONE_LOOK, several if comparisons > 1 else "", untested)))
