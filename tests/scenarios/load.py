"""A bounded load on one address, counted by what came back."""

from __future__ import annotations

import collections
import contextlib
import http.client
import threading
import time
from collections.abc import Iterator

_WORKERS = 8


class Load:
    """What came back so far: a status, or the name of what went wrong → how often."""

    def __init__(self, port: int, host: str, per_second: float) -> None:
        self.answers: collections.Counter[str] = collections.Counter()
        self._port = port
        self._host = host
        self._pause = _WORKERS / per_second
        self._over = threading.Event()

    @property
    def failed(self) -> dict[str, int]:
        """Everything but 200."""
        return {said: count for said, count in self.answers.items() if said != "200"}

    def ask(self) -> str:
        """One request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/", headers={"Host": f"{self._host}:{self._port}"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                return f"{type(error).__name__}: {error}"
        return str(answer.status)

    def work(self) -> None:
        """Ask again and again, each worker in a row, at most so many per second together."""
        while not self._over.is_set():
            began = time.monotonic()
            self.answers[self.ask()] += 1
            self._over.wait(max(0.0, self._pause - (time.monotonic() - began)))

    def end(self) -> None:
        """No more requests."""
        self._over.set()


@contextlib.contextmanager
def load(port: int, host: str, per_second: float = 100) -> Iterator[Load]:
    """A load while the block runs."""
    made = Load(port, host, per_second)
    workers = [threading.Thread(target=made.work) for _ in range(_WORKERS)]
    for worker in workers:
        worker.start()
    try:
        yield made
    finally:
        made.end()
        for worker in workers:
            worker.join()
