"""Visitors who hand something in, again and again, and remember what was taken from them."""

from __future__ import annotations

import http.client
import threading
import time
from types import TracebackType

RATE = 40.0
"""Requests per second of each, as far as the machine gives them."""
PATIENCE = 20.0


class Writer:
    """Hands in one number after the other while it is entered."""

    def __init__(self, port: int, host: str) -> None:
        self._port, self._host = port, host
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.taken: list[int] = []
        """Numbers that were acknowledged."""
        self.when: list[float] = []
        """When each of them was, by the monotonic clock."""
        self.away = 0
        """Answers 503 that said when to come again."""
        self.others: list[str] = []
        """Every other answer, and none."""

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        number = 0
        while not self._stop.wait(1 / RATE):
            number += 1
            try:
                self._once(number)
            except (OSError, http.client.HTTPException) as error:
                self.others.append(repr(error))

    def _once(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("POST", f"/{number}", str(number), {"Host": self._host})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status == 200:
            self.taken.append(number)
            self.when.append(time.monotonic())
        elif answer.status == 503 and answer.headers["Retry-After"]:
            self.away += 1
        else:
            self.others.append(str(answer.status))
