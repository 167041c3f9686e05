"""A very small event loop: file descriptors that become ready, and one wait."""

from __future__ import annotations

import select
from collections.abc import Callable

READ = select.POLLIN
WRITE = select.POLLOUT


class Loop:
    """Calls back when a watched descriptor is ready."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._callbacks: dict[int, Callable[[], None]] = {}

    def watch(self, fd: int, callback: Callable[[], None], events: int = READ) -> None:
        """Call `callback` whenever one of `events` (or an error) is there on `fd`."""
        self._callbacks[fd] = callback
        self._poll.register(fd, events)

    def unwatch(self, fd: int) -> None:
        """Forget a descriptor; do so before closing it."""
        if self._callbacks.pop(fd, None):
            self._poll.unregister(fd)

    def wait(self, seconds: float) -> list[Callable[[], None]]:
        """Sleep until something is ready or `seconds` are over; what to call now."""
        ready = self._poll.poll(max(0.0, seconds) * 1000)
        return [self._callbacks[fd] for fd, _ in ready if fd in self._callbacks]
