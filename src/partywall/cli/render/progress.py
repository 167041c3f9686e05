"""How a run goes, step by step: a live line for each running step, a final line for each ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO

from partywall.cli.render.amounts import stopwatch
from partywall.cli.render.columns import clean, columns, cut, sendable
from partywall.cli.render.style import Style
from partywall.model.plan import Step

_BEAT = 0.2
"""Seconds between two looks of the live lines."""
_MOST = 8
"""Live lines; more running steps than that are counted."""
_STOPPING = "stopping when the steps under way have ended; Ctrl-C again stops at once"
_UP_AND_CLEAR = "\x1b[{}A\r\x1b[J"


class StepLines:
    """An `interfaces.Progress` that writes to one stream; any thread may call it.

    Used as a context, so that the live lines are gone and the beat has stopped when it is left.
    """

    def __init__(
        self, stream: IO[str], style: Style, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._style, self._now = stream, style, now
        self._lock = threading.Lock()
        self._running: dict[tuple[str, str], float] = {}
        self._drawn = 0
        self._over = threading.Event()
        self._beating: threading.Thread | None = None

    def __enter__(self) -> StepLines:
        if self._style.live and self._beating is None:
            self._beating = threading.Thread(target=self._beat, name="step lines", daemon=True)
            self._beating.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._beating is not None:
            self._beating.join()
        with self._lock:
            self._running.clear()
            self._write("")

    def began(self, step: Step) -> None:
        """A step begins: it gets a live line on a terminal."""
        with self._lock:
            self._running[_name(step)] = self._now()
            if self._style.live:
                self._write("")

    def ended(self, step: Step, seconds: float) -> None:
        """A step has been carried out: its final line, with the seconds it took."""
        self._final(step, "good", "green", self._style.paint(stopwatch(seconds), "dim"))

    def failed(self, step: Step, says: str) -> None:
        """A step did not work: its final line, with what went wrong."""
        self._final(step, "bad", "red", clean(says))

    def stopping(self) -> None:
        """A wish to stop was heard."""
        with self._lock:
            self._write(f"{_STOPPING}\n")

    def draw(self) -> None:
        """Show the live lines as they are this moment; the beat calls it."""
        with self._lock:
            if self._running:
                self._write("")

    def _beat(self) -> None:
        while not self._over.wait(_BEAT):
            self.draw()

    def _final(self, step: Step, symbol: str, colour: str, says: str) -> None:
        style = self._style
        action, key = _name(step)
        mark = style.paint(style.symbol(symbol), colour)
        with self._lock:
            self._running.pop((action, key), None)
            self._write(f"{mark} {action} {key}  {says}".rstrip() + "\n")

    def _write(self, text: str) -> None:
        """Text above the live lines, and these drawn again; the lock is held."""
        away = _UP_AND_CLEAR.format(self._drawn) if self._drawn else ""
        live = self._live() if self._style.live else []
        self._drawn = len(live)
        out = away + text + "".join(f"{line}\n" for line in live)
        if out:
            self._stream.write(sendable(out, self._style))
            self._stream.flush()

    def _live(self) -> list[str]:
        running = list(self._running.items())
        lines = [self._line(*name, since) for name, since in running[:_MOST]]
        if len(running) > _MOST:
            lines.append(f"  and {len(running) - _MOST} more")
        return lines

    def _line(self, action: str, key: str, since: float) -> str:
        """One live line, never longer than the terminal: a wrapped one could not be cleared."""
        style = self._style
        took = stopwatch(max(0.0, self._now() - since))
        mark = style.symbol("running")
        room = (style.width or 80) - columns(mark) - len(took) - 4
        text = cut(f"{action} {key}", room, style)
        return f"{style.paint(mark, 'amber')} {text}  {style.paint(took, 'dim')}"


def _name(step: Step) -> tuple[str, str]:
    return step.action.value, clean(step.key)
