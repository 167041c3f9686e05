"""The few words of the Redis protocol (RESP2) that it takes to keep users, over a plain socket."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

Reply = str | int | list["Reply"] | None
PORT = 6379
_SECONDS = 5.0


class Said(Exception):
    """The server answered with an error, in its own words."""


class Connection:
    """One connection; every wait is bounded."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), _SECONDS)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._socket.close()

    def call(self, *words: str) -> Reply:
        """Send one command and wait for its reply.

        Raises:
            Said: when the reply is an error.
            OSError: when the connection is lost or too slow.
        """
        parts = [word.encode() for word in words]
        lines = [b"*%d" % len(parts)]
        for part in parts:
            lines += [b"$%d" % len(part), part]
        self._socket.sendall(b"\r\n".join(lines) + b"\r\n")
        return self._reply()

    def _reply(self) -> Reply:
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionResetError("the server closed the connection")
        kind, rest = line[:1], line[1:-2].decode(errors="replace")
        if kind == b"-":
            raise Said(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            length = int(rest)
            if length < 0:
                return None
            return self._file.read(length + 2)[:-2].decode(errors="replace")
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        return rest
