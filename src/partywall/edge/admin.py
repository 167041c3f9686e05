"""Caddy's admin API, spoken over its unix socket."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from typing import Any

import msgspec

from partywall.model.errors import MachineFailed, Place
from partywall.system.decoding import decode

_SECONDS = 10.0
_PAUSES = (0.002, 0.01, 0.03)
_ANSWER_CHARACTERS = 800


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Open the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(
    path: str, method: str, address: str, body: bytes | None = None
) -> tuple[int, bytes] | None:
    """Status and body of one request; None when no Caddy listens.

    A load replaces the admin server too, and for some milliseconds the old one still takes
    connections and drops them; every request made here may be made twice.

    Raises:
        MachineFailed: when it listens and does not answer, or may not be asked.
    """
    for pause in (*_PAUSES, None):
        try:
            return _once(path, method, address, body)
        except FileNotFoundError:
            return None
        except ConnectionRefusedError:
            if pause is None:
                return None
        except (OSError, http.client.HTTPException) as error:
            if pause is None or not isinstance(error, (ConnectionError, TimeoutError)):
                raise _silent(path, error) from error
        time.sleep(pause)
    return None


def _once(path: str, method: str, address: str, body: bytes | None) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    with contextlib.closing(_Connection(path, _SECONDS)) as connection:
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def running_configuration(path: str) -> Any:  # noqa: ANN401  (any JSON)
    """What the running Caddy is configured with; None when none listens.

    Raises:
        MachineFailed: when it does not say.
    """
    answer = ask(path, "GET", "/config/")
    if answer is None:
        return None
    status, body = answer
    if status != http.client.OK:
        raise MachineFailed(f"the edge does not say its configuration: {words(body)}")
    return decode(body) or {}


def words(body: bytes) -> str:
    """Caddy's own message from an answer."""
    try:
        said = decode(body)["error"]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        said = body.decode(errors="replace")
    return str(said).strip()[:_ANSWER_CHARACTERS]


def _silent(path: str, error: Exception) -> MachineFailed:
    return MachineFailed(
        f"the edge's admin socket does not answer: {error or type(error).__name__}",
        where=Place(path),
        remedy="look at the edge's log; run as the user who runs the edge",
    )
