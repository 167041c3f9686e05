"""Percentages, and steps of them, as people write them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

_PERCENT = re.compile(r"(\d+(?:\.\d{1,2})?)\s*%?", re.ASCII)


def percent(text: str) -> float:
    """`10%`, `10` and `12.5` as 10.0, 10.0 and 12.5.

    Raises:
        ValueError: when it is no percentage from 0 to 100, or has more than two places after the
            point.
    """
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is no percentage such as 10% or 12.5, with up to two places after the point"
        )
    found = float(match[1])
    if found > 100:
        raise ValueError(f"{text!r} is more than 100%")
    return found


def steps(text: str) -> tuple[float, ...]:
    """`1,10,50,100` as percentages, each greater than the one before.

    Raises:
        ValueError: when one is no percentage, or they do not rise from more than 0.
    """
    found = tuple(map(percent, text.split(",")))
    if why := unfit(found):
        raise ValueError(f"{text!r} are no steps such as 1,10,50,100: {why}")
    return found


def unfit(parts: Sequence[float]) -> str:
    """Why a rollout cannot climb by these percentages; nothing when it can."""
    if not parts:
        return "there is none"
    if odd := [part for part in parts if not 0 < part <= 100]:
        return f"{odd[0]:g}% is not more than 0 and at most 100"
    falls = [(low, high) for low, high in itertools.pairwise(parts) if high <= low]
    return f"{falls[0][1]:g}% is not more than {falls[0][0]:g}% before it" if falls else ""
