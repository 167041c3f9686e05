"""One proof while it lasts: its time, its load, what home showed and what has to be taken back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from partywall.model.errors import PartywallError
from partywall.proof.premises import Premises
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Target, target

_Made = TypeVar("_Made")


class Run:
    """One proof: what several probes share while it lasts."""

    def __init__(self, premises: Premises, seconds: float = 12.0) -> None:
        self.premises = premises
        self.nonce = uuid4().hex[:12]
        self.attempts: Counter[str] = Counter()
        self.stands: dict[str, tuple[str, ...]] = {}
        """Environment → the positions in it from which something was tried."""
        self.everybody: tuple[str, ...] = ()
        """The environments that are proved, to see in all of them what one does."""
        self._deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._shown: dict[str, Any] = {}
        self._tidy: list[Callable[[], object]] = []
        self._over = False

    def left(self) -> float:
        """Seconds until the proof has to be over."""
        return self._deadline - time.monotonic()

    def count(self, where: str, attempts: int = 1) -> None:
        """Attempts made on an environment; the load on it is part of the report."""
        with self._lock:
            self.attempts[where] += attempts

    def once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """What `make` returned or raised the first time it was asked for under this name."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._shown:
                try:
                    self._shown[name] = make()
                except CouldNotTry as reason:
                    self._shown[name] = reason
            shown = self._shown[name]
        if isinstance(shown, CouldNotTry):
            raise shown
        made: _Made = shown
        return made

    def later(self, tidy: Callable[[], object]) -> None:
        """Take something back when everything has been tried; at once when that is over."""
        with self._lock:
            self._tidy.append(tidy)
            over = self._over
        if over:
            self._take_back()

    def tidy(self) -> list[str]:
        """Take back everything, and try nothing more; what could not be taken back is said."""
        with self._lock:
            self._over = True
            self._deadline = min(self._deadline, time.monotonic())
        return self._take_back()

    def _take_back(self) -> list[str]:
        failed = []
        while (tidy := self._next()) is not None:
            try:
                tidy()
            except (CouldNotTry, PartywallError) as error:
                failed.append(str(error))
        return failed

    def _next(self) -> Callable[[], object] | None:
        """The latest first; whoever else takes things back at the same time gets another."""
        with self._lock:
            return self._tidy.pop() if self._tidy else None

    def targets(self, environments: tuple[str, ...]) -> dict[str, Target]:
        """Every environment as probes see it."""
        self.everybody = environments
        return {name: target(self.premises.world, name) for name in environments}
