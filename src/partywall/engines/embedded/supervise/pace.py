"""How long to wait before a crashed program is started again."""

from __future__ import annotations

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0
STEADY_SECONDS = 10.0


class Pace:
    """The growing wait between restarts: 0.1 s doubling to 10 s, anew after 10 s up."""

    def __init__(self) -> None:
        self._next = FIRST_SECONDS

    def wait(self, up_seconds: float) -> float:
        """Seconds to wait after a program that was up for `up_seconds` crashed."""
        if up_seconds >= STEADY_SECONDS:
            self.reset()
        wait = self._next
        self._next = min(self._next * 2, LONGEST_SECONDS)
        return wait

    def reset(self) -> None:
        """Begin again with the shortest wait."""
        self._next = FIRST_SECONDS
