"""Turns a wish to stop (Ctrl-C, a lost terminal, a shutdown) into no new steps."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that is set by the first signal; the second one ends the process at once.

    What the process was started to ignore, as under `nohup`, is ignored.

    What is running then is a crash point like any other. Outside the main thread, where Python
    allows no signal handlers, the event is never set.
    """
    wanted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wanted
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        wanted.set()
        for number in heard:
            signal.signal(number, signal.SIG_DFL)

    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield wanted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
