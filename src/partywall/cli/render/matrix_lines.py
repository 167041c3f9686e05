"""How `matrix` goes: a line for each thing that is done, with the time, and what is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import IO

from partywall.cli.render.columns import clean, sendable
from partywall.cli.render.style import Style


class MatrixLines:
    """Writes to one stream."""

    def __init__(
        self, stream: IO[str], style: Style, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._style, self._now = stream, style, now
        self._began = now()
        self._names: Sequence[str] = ()

    def begins(self, names: Sequence[str], done: Sequence[str], seconds: float) -> None:
        """What is measured, what was before, and about how long it takes."""
        self._names = names
        if done:
            self._say(f"measured before, and not again: {', '.join(done)} (`--fresh` does)")
        if names:
            self._say(f"{len(names)} to measure, about {minutes(seconds)}: {', '.join(names)}")

    def does(self, name: str, what: str) -> None:
        """What is being done."""
        place = (
            f"{name} ({self._names.index(name) + 1} of {len(self._names)})"
            if name in self._names
            else name
        )
        self._say(f"{place}: {what}" if name else what)

    def ended(self, name: str, why: str, left: float) -> None:
        """One is through, or is not measured."""
        mark = self._style.symbol("bad" if why else "good")
        coloured = self._style.paint(mark, "red" if why else "green")
        said = f"not measured: {why}" if why else "measured"
        rest = f"; about {minutes(left)} left" if left else ""
        self._say(f"{coloured} {name} {said}{rest}")

    def _say(self, text: str) -> None:
        passed = int(self._now() - self._began)
        stamp = self._style.paint(f"{passed // 60:>2}:{passed % 60:02}", "dim")
        self._stream.write(sendable(f"{stamp} {clean(text)}\n", self._style))
        self._stream.flush()


def minutes(seconds: float) -> str:
    """A time that is only guessed: `40 s`, `25 min`."""
    return f"{max(10, round(seconds / 10) * 10)} s" if seconds < 90 else f"{seconds / 60:.0f} min"
