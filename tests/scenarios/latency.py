"""How long visitors wait: an open loop that asks on time, and what its figures say; pure but it.

In an open loop a request is due when it is due, however long the ones before it take, and its time
counts from then: a server that stops for a second makes everybody wait who came meanwhile.
"""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

MOST = 1.25
"""How much longer production may take beside a burning neighbour, at the 99th percentile."""
_AT_ONCE = 32

Ask = Callable[[], None]
"""Makes one request, or raises."""


@dataclass(frozen=True)
class Verdict:
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
        word = "failed" if ratio > spread else "not measurable here"
    else:
        word = "passed" if ratio <= most else "failed"
    return Verdict(word, ratio, spread)


def capacity(ask: Ask, seconds: float, visitors: int = 8) -> float:
    """Requests per second, when each of these visitors asks again as soon as it is answered."""
    end = time.monotonic() + seconds

    def again(_: int) -> int:
        made = 0
        while time.monotonic() < end:
            ask()
            made += 1
        return made

    with ThreadPoolExecutor(visitors) as pool:
        return sum(pool.map(again, range(visitors))) / seconds


def open_loop(ask: Ask, rate: float, seconds: float) -> list[float]:
    """Seconds that each request took from when it was due.

    Raises:
        Exception: what the first request raised that failed.
    """
    begin = time.monotonic() + 0.2
    numbers = iter(range(int(rate * seconds)))
    lock = threading.Lock()

    def visit(_: int) -> list[float]:
        waited = []
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return waited
            due = begin + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            ask()
            waited.append(time.monotonic() - due)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [one for part in pool.map(visit, range(_AT_ONCE)) for one in part]
