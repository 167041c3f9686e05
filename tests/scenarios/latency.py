"""How long visitors wait: an open loop that asks on time, and what its figures say; pure but it.

In an open loop a request is due when it is due, however long the ones before it take, and its time
counts from then: a server that stops for a second makes everybody wait who came meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import math
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST = 1.25
"""How much longer production may take beside a burning neighbour, at the 99th percentile."""
_LEAD = 0.3
"""Seconds in which everybody gets ready."""


@dataclass(frozen=True)
class Question:
    """A request that everybody asks, each on a connection of their own, and its only answer."""

    port: int
    host: str
    says: bytes

    async def ask(self) -> None:
        """Ask as somebody new.

        Raises:
            AssertionError: when the answer is another one.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET / HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        assert answer.endswith(self.says), answer


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


def capacity(question: Question, seconds: float, visitors: int = 8) -> float:
    """Requests per second, when each of these visitors asks again as soon as it is answered."""

    async def again() -> int:
        made, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            await question.ask()
            made += 1
        return made

    async def together() -> int:
        return sum(await asyncio.gather(*(again() for _ in range(visitors))))

    return asyncio.run(together()) / seconds


def open_loop(question: Question, rate: float, seconds: float) -> list[float]:
    """Seconds that each request took from when it was due.

    One thread asks for all, so that visitors do not wait for each other's turn at the interpreter.
    Where it may (as root), it goes before everything else: visitors come from other machines, and
    never wait for a processor of this one.

    Raises:
        Exception: what the first request raised that failed.
    """

    async def visit(due: float) -> float:
        await asyncio.sleep(due - time.perf_counter())
        await question.ask()
        return time.perf_counter() - due

    async def every() -> list[float]:
        begin = time.perf_counter() + _LEAD
        return await asyncio.gather(
            *(visit(begin + number / rate) for number in range(int(rate * seconds)))
        )

    gc.collect()
    gc.disable()
    try:
        with _first():
            return asyncio.run(every())
    finally:
        gc.enable()


@contextlib.contextmanager
def _first() -> Iterator[None]:
    """This thread before all that are not of the kernel."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
