"""A visitor who asks for production's page again and again, never twice for one answer."""

from __future__ import annotations

import http.client
import threading
import time
from types import TracebackType

RATE = 200.0
"""Requests per second, as far as the machine gives them."""
FRESH = 5
"""So many requests are made over one connection, then a new one is opened."""


class Load:
    """Asks while it is entered; on leaving at least `least` requests have been made."""

    def __init__(
        self, port: int, host: str, wanted: str | None, least: int, *, path: str = "/"
    ) -> None:
        """`wanted` is the page; None: any page will do."""
        self._host, self._wanted, self._least, self._path = host, wanted, least, path
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.asked = 0
        self.failed: list[str] = []

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        deadline = time.monotonic() + 120
        while kind is None and self.asked < self._least and time.monotonic() < deadline:
            time.sleep(0.05)
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            self.asked += 1
            try:
                self._once()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                self._connection.close()
            if self.asked % FRESH == 0:
                self._connection.close()
            due = max(due + 1 / RATE, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
        self._connection.close()

    def _once(self) -> None:
        self._connection.request("GET", self._path, headers={"Host": self._host})
        answer = self._connection.getresponse()
        body = answer.read().decode(errors="replace")
        if answer.status != 200 or self._wanted not in (None, body):
            self.failed.append(f"{answer.status} {body[:100]}")
