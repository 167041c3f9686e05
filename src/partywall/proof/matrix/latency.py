"""What alternated measurements of waiting times say; pure."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

import msgspec

MOST = 1.25
"""How much longer production may take beside a burning neighbour, at the 99th percentile."""
PASSED, FAILED, HIDDEN = "passed", "failed", "not measurable here"


class Verdict(msgspec.Struct, frozen=True):
    """What alternated measurements say."""

    word: str
    """`passed`, `failed` or `not measurable here`."""
    ratio: float
    """The median of the ratios, burning to quiet."""
    spread: float
    """Quiet against quiet: the greatest to the least."""

    def __str__(self) -> str:
        return f"{self.word}: {self.ratio:.2f} times as long, quiet spreads by {self.spread:.2f}"


def percentile(times: Sequence[float], part: float) -> float:
    """The least of these times that so large a part of them does not exceed (nearest rank)."""
    return sorted(times)[max(0, math.ceil(part * len(times)) - 1)]


def verdict(quiet: Sequence[float], burning: Sequence[float], most: float = MOST) -> Verdict:
    """What pairs of measurements say, each of them one 99th percentile.

    A noise as great as what is looked for hides it: then nothing has been shown, unless what was
    found is greater than the noise, too.
    """
    ratio = statistics.median(b / q for q, b in zip(quiet, burning, strict=True))
    spread = max(quiet) / min(quiet)
    if spread > most:
        word = FAILED if ratio > spread else HIDDEN
    else:
        word = PASSED if ratio <= most else FAILED
    return Verdict(word, ratio, spread)


def longest_gap(answered: Sequence[float], began: float, ended: float) -> float:
    """The longest time without an answer.

    Args:
        answered: when each good answer came, in any order; seconds of one clock.
        began: when the asking began.
        ended: when it ended.
    """
    moments = [began, *sorted(answered), max(ended, began)]
    return max(later - earlier for earlier, later in itertools.pairwise(moments))
