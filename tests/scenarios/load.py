"""A visitor who asks for production's page again and again over one connection, and counts."""

from __future__ import annotations

import http.client
import select
import threading
import time
from types import TracebackType

RATE = 200.0
"""Requests per second, as far as the machine gives them."""


class Load:
    """Asks while it is entered; on leaving at least `least` requests have been made."""

    def __init__(self, port: int, host: str, wanted: str, least: int, *, path: str = "/") -> None:
        self._host, self._wanted, self._least, self._path = host, wanted, least, path
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.asked = 0
        self.failed: list[str] = []
        self.repeated = 0
        """Requests that met a connection closed in the same instant."""
        self.connections = 0

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
                self._answered()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
            due = max(due + 1 / RATE, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
        self._connection.close()

    def _answered(self) -> None:
        """One request; as every HTTP client does, repeated where a kept connection was just closed.

        A server may close a connection that nothing is asked on at any time (RFC 9112, 9.5), and
        a client may repeat what is safe to repeat (RFC 9110, 9.2.2).
        """
        sock = self._connection.sock
        if sock is not None and select.select([sock], [], [], 0)[0]:
            self._connection.close()
        kept = self._connection.sock is not None
        try:
            self._once()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()
            if not kept:
                raise
            self.repeated += 1
            self._once()

    def _once(self) -> None:
        self.connections += self._connection.sock is None
        self._connection.request("GET", self._path, headers={"Host": self._host})
        answer = self._connection.getresponse()
        body = answer.read().decode(errors="replace")
        if (answer.status, body) != (200, self._wanted):
            self.failed.append(f"{answer.status} {body[:100]}")
