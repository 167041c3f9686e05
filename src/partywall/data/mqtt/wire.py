"""The few words of MQTT 3.1.1 that it takes to log in, and to tell a broker something."""

from __future__ import annotations

import secrets
import socket
import struct
from types import TracebackType
from typing import Self

PORT = 1883
_SECONDS = 5.0
_CLEAN_WITH_LOGIN = 0xC2
_CONNECT, _PUBLISH, _SUBSCRIBE, _DISCONNECT = 0x10, 0x30, 0x82, 0xE0
_SUBSCRIBED, _PING, _PONG = 0x90, 0xC0, 0xD0
_RETAINED = 1
_GRANTED = 2
_CODES = {
    1: "it does not speak MQTT 3.1.1",
    2: "it refused the client's id",
    3: "it is not available",
    4: "wrong name or password",
    5: "not authorized",
}


class Denied(Exception):
    """The broker said no, in words."""


class Session:
    """One clean session; every wait is bounded."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        """Log in.

        Raises:
            Denied: when the broker does not let this user in.
            OSError: when it does not answer.
        """
        self._socket = socket.create_connection((host, port), _SECONDS)
        self._file = self._socket.makefile("rb")
        name = f"partywall-{secrets.token_hex(6)}"
        said = struct.pack("!BBH", 4, _CLEAN_WITH_LOGIN, 10)
        self._send(_CONNECT, _text("MQTT") + said + b"".join(map(_text, (name, user, password))))
        code = self._packet()[1][1]
        if code:
            self.__exit__(None, None, None)
            raise Denied(_CODES.get(code, f"it answered {code}"))

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

    def subscribe(self, topic: str) -> None:
        """Hear a topic from now on.

        Raises:
            Denied: when it is not granted.
        """
        self._send(_SUBSCRIBE, struct.pack("!H", 1) + _text(topic) + b"\x00")
        if self._packet()[1][2] > _GRANTED:
            raise Denied(f"{topic} may not be heard")

    def publish(self, topic: str, data: bytes, *, retain: bool = False) -> None:
        """Say something, without waiting for anybody; `retain` has it kept, nothing ends that."""
        self._send(_PUBLISH | retain, _text(topic) + data)

    def kept(self, pattern: str) -> list[str]:
        """The topics with a message that is kept for who comes later.

        A broker sends these before it answers what is asked next.

        Raises:
            Denied: when the pattern is not granted.
        """
        found = []
        self._send(_SUBSCRIBE, struct.pack("!H", 1) + _text(pattern) + b"\x00")
        self._send(_PING, b"")
        while (packet := self._packet())[0] != _PONG:
            kind, body = packet
            if kind == _SUBSCRIBED and body[2] > _GRANTED:
                raise Denied(f"{pattern} may not be heard")
            if kind & 0xF0 == _PUBLISH and kind & _RETAINED:
                (length,) = struct.unpack("!H", body[:2])
                found.append(body[2 : 2 + length].decode())
        return found

    def hear(self) -> bytes:
        """The next message on what was subscribed to."""
        while True:
            kind, body = self._packet()
            if kind & 0xF0 == _PUBLISH:
                (length,) = struct.unpack("!H", body[:2])
                return body[2 + length :]

    def leave(self) -> None:
        """Say goodbye."""
        self._send(_DISCONNECT, b"")

    def _send(self, kind: int, body: bytes) -> None:
        self._socket.sendall(bytes([kind]) + _length(len(body)) + body)

    def _packet(self) -> tuple[int, bytes]:
        kind = self._read(1)[0]
        size, shift = 0, 0
        while True:
            byte = self._read(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return kind, self._read(size)

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise ConnectionResetError("it closed the connection")
        return data


def let_in(host: str, port: int, user: str, password: str) -> str:
    """Why a broker does not let a user in; empty when it does.

    Raises:
        OSError: when the broker does not answer.
    """
    try:
        with Session(host, port, user, password) as session:
            session.leave()
    except Denied as error:
        return str(error)
    return ""


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def _length(size: int) -> bytes:
    """The length of what follows, seven bits a byte."""
    made = bytearray()
    while True:
        size, low = divmod(size, 128)
        made.append(low | (128 if size else 0))
        if not size:
            return bytes(made)
