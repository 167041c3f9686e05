"""Visitors of an environment: an open loop that asks on time, and a watch over what is done to it.

In an open loop a request is due when it is due, however long the ones before it take, and its time
counts from then: a server that stops for a second makes everybody wait who came meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType

import msgspec

from partywall.proof.matrix.latency import longest_gap

_LEAD = 0.3
"""Seconds in which everybody gets ready."""
_PATIENCE = 20.0
"""Seconds that somebody waits for an answer."""
_WATCH_RATE = 20.0
"""Requests per second of the watch: little enough to disturb nobody."""
_WATCH_PATIENCE = 5.0
_BROKEN = 500
"""The first status that says that nobody serves."""


class Unanswered(Exception):
    """Nobody answered, or with another page; carries what came."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A request that everybody asks, each on a connection of their own."""

    port: int
    host: str
    """As browsers say it, with the port."""
    path: str = "/"
    says: bytes = b""
    """How the only good answer ends; empty: any page will do, and any refusal of the app's."""
    authorization: str = msgspec.field(default="")
    """The whole value of the header; empty: none."""
    address: str = "127.0.0.1"

    def __repr__(self) -> str:
        return f"Question(host={self.host!r}, path={self.path!r})"

    async def ask(self, patience: float = _PATIENCE) -> None:
        """Ask as somebody new.

        Raises:
            Unanswered: when the answer is another one, or none.
        """
        try:
            async with asyncio.timeout(patience):
                answer = await self._answer()
        except (OSError, TimeoutError) as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from error
        start, _, _ = answer.partition(b"\r\n")
        status = int(start[9:12]) if start.startswith(b"HTTP/1.") and start[9:12].isdigit() else 0
        good = status == 200 if self.says else 0 < status < _BROKEN
        if not (good and answer.endswith(self.says)):
            raise Unanswered(start.decode(errors="replace")[:80] or "an empty answer")

    async def _answer(self) -> bytes:
        reader, writer = await asyncio.open_connection(self.address, self.port)
        try:
            more = f"Authorization: {self.authorization}\r\n" if self.authorization else ""
            head = f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n{more}"
            writer.write(f"{head}\r\n".encode())
            return await reader.read()
        finally:
            writer.close()


def answers(question: Question) -> bool:
    """Whether somebody answers now."""
    try:
        asyncio.run(question.ask())
    except Unanswered:
        return False
    return True


def together(questions: Sequence[Question], moments: int, pause: float) -> tuple[int, ...]:
    """How many answer at each of so many moments; all are asked at the same one.

    Args:
        questions: who is asked.
        moments: how often.
        pause: seconds between two of them.
    """

    async def one(question: Question) -> bool:
        with contextlib.suppress(Unanswered):
            await question.ask()
            return True
        return False

    async def every() -> tuple[int, ...]:
        found = []
        for _ in range(moments):
            found.append(sum(await asyncio.gather(*map(one, questions))))
            await asyncio.sleep(pause)
        return tuple(found)

    return asyncio.run(every())


def capacity(question: Question, seconds: float, visitors: int = 8) -> float:
    """Requests per second, when each of these visitors asks again as soon as it is answered.

    Raises:
        Unanswered: when one of them is not.
    """

    async def again() -> int:
        made, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            await question.ask()
            made += 1
        return made

    async def all_of_them() -> int:
        return sum(await asyncio.gather(*(again() for _ in range(visitors))))

    return asyncio.run(all_of_them()) / seconds


def open_loop(question: Question, rate: float, seconds: float) -> list[float]:
    """Seconds that each request took from when it was due.

    One thread asks for all, so that visitors do not wait for each other's turn at the interpreter.
    Where it may (as root), it goes before everything else: visitors come from other machines, and
    never wait for a processor of this one.

    Raises:
        Unanswered: for the first request that was not answered.
    """

    async def visit(due: float) -> float:
        await asyncio.sleep(due - time.perf_counter())
        await question.ask()
        return time.perf_counter() - due

    async def every() -> list[float]:
        begin = time.perf_counter() + _LEAD
        return await asyncio.gather(
            *(visit(begin + number / rate) for number in range(max(1, int(rate * seconds))))
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


class Watch:
    """Asks on time while it is entered; afterwards it says how long nobody answered.

    Of several questions one answer is enough: while environments take turns, one of them serves.
    """

    def __init__(self, questions: Sequence[Question], tail: float) -> None:
        """`tail`: seconds for which it goes on after what is watched has ended."""
        self._questions, self._tail = questions, tail
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._all, name="watch", daemon=True)
        self._began = self._ended = 0.0
        self._answered: list[float] = []
        self.asked = 0

    @property
    def failed(self) -> int:
        """Moments at which nobody answered."""
        return self.asked - len(self._answered)

    @property
    def gap(self) -> float:
        """The longest time without an answer, in seconds."""
        return longest_gap(self._answered, self._began, self._ended)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            time.sleep(self._tail)  # what changed may be noticed a little later
        self._stop.set()
        self._thread.join()

    def _all(self) -> None:
        asyncio.run(self._loop())

    async def _loop(self) -> None:
        self._began = due = time.perf_counter()
        visits = []
        while not self._stop.is_set():
            visits.append(asyncio.create_task(self._visit()))
            due += 1 / _WATCH_RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        self._ended = time.perf_counter()
        await asyncio.gather(*visits)

    async def _visit(self) -> None:
        self.asked += 1
        asked = [asyncio.create_task(one.ask(_WATCH_PATIENCE)) for one in self._questions]
        for done in asyncio.as_completed(asked):
            with contextlib.suppress(Unanswered):
                await done
                self._answered.append(time.perf_counter())
                break
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
