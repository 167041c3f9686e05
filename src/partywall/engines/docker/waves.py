"""Puts together what is asked for at the same moment, so that one call of Compose does it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

One = TypeVar("One")

_PAUSE = 0.02
"""Seconds in which others may join: the executor begins all that can begin at once."""


class Waves(Generic[One]):
    """Does things for several threads in as few calls as possible; each gets its own answer."""

    def __init__(self, act: Callable[[Sequence[One]], None]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self._acting = threading.Lock()
        self._waiting: list[tuple[One, Future[None]]] = []

    def do(self, one: One) -> None:
        """Have it done, alone or with others; returns when it is.

        A wave that fails is done again one by one, so that each gets what is wrong with it alone.

        Raises:
            PartywallError: what `act` raised for it.
        """
        mine: Future[None] = Future()
        with self._lock:
            first = not self._waiting
            self._waiting.append((one, mine))
        if first:
            time.sleep(_PAUSE)
            with self._acting:
                self._flush()
        mine.result()

    def _flush(self) -> None:
        with self._lock:
            wave, self._waiting = self._waiting, []
        try:
            self._act([one for one, _ in wave])
        except BaseException as error:  # each who waits gets it
            self._alone(wave, error)
        else:
            for _, future in wave:
                future.set_result(None)

    def _alone(self, wave: list[tuple[One, Future[None]]], error: BaseException) -> None:
        for one, future in wave:
            if len(wave) == 1:
                future.set_exception(error)
                continue
            try:
                self._act([one])
            except BaseException as its:
                future.set_exception(its)
            else:
                future.set_result(None)
