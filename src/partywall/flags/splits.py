"""Whether users are spread over variants as it is configured; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from partywall.flags.intervals import beyond

CHANCE = 0.001
"""A split that chance gives less often than this is not what was configured. It is far below the
usual 0.05, since it is looked at with every outcome, and a warning discredits all that is counted.
"""
EXPECTED = 5.0
"""Users expected in every variant, below which the chi-square test is not right."""

UNTESTED = "There are too few users to see whether they are split as configured."


class Split(msgspec.Struct, frozen=True):
    """What the split of users over variants says."""

    chance: float | None
    """How often chance alone gives one as far from the configured one; None: it was not tested."""
    trusted: bool = True
    """False: it is not the configured one, so that who was counted differs between variants."""
    says: str = ""
    """Why it is not trusted, or not tested; nothing where all is well."""


def split(users: Mapping[str, int], configured: Mapping[str, float]) -> Split:
    """Compare users with percentages by the chi-square test.

    A mismatch means that users get lost, or are counted twice, in one variant more than in another
    (an error before the count, a redirect, a robot): differences in outcomes may come from that.

    Args:
        users: variant → distinct users that have seen it.
        configured: variant → percentage, the same for the whole time of the count. The sum need not
            be 100; a variant without users has 0, one without a percentage ought to have none.

    Raises:
        ValueError: when a percentage is less than 0 or no number.
    """
    if odd := [name for name, part in configured.items() if not 0 <= part < math.inf]:
        raise ValueError(f"{configured[odd[0]]} of {odd[0]} is no percentage")
    if strays := [name for name, seen in users.items() if seen and not configured.get(name)]:
        return Split(0.0, False, _stray(strays[0], users[strays[0]]))
    parts = {name: part for name, part in configured.items() if part}
    total, whole = sum(users.values()), sum(parts.values())
    if len(parts) < 2:
        return Split(None)
    expected = {name: total * part / whole for name, part in parts.items()}
    if min(expected.values()) < EXPECTED:
        return Split(None, says=UNTESTED)
    squares = sum((users.get(name, 0) - due) ** 2 / due for name, due in expected.items())
    chance = beyond(squares, len(parts) - 1)
    return Split(chance) if chance >= CHANCE else Split(chance, False, _wrong(users, expected))


def _stray(name: str, seen: int) -> str:
    who = "1 user has" if seen == 1 else f"{seen} users have"
    return f"{who} seen {name}, which nobody ought to: the counts are not to be trusted."


def _wrong(users: Mapping[str, int], expected: Mapping[str, float]) -> str:
    found = ", ".join(
        f"{name} {users.get(name, 0)} users where about {due:.0f} are due"
        for name, due in expected.items()
    )
    return (
        f"Users are not split as configured ({found}), and chance alone does not do that:"
        " the counts are not to be trusted until it is known why."
    )
