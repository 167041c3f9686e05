"""One question to an MQTT 3.1.1 broker: does it let this user in?"""

from __future__ import annotations

import secrets
import socket
import struct

PORT = 1883
_SECONDS = 5.0
_CLEAN_WITH_LOGIN = 0xC2
_CODES = {
    1: "it does not speak MQTT 3.1.1",
    2: "it refused the client's id",
    3: "it is not available",
    4: "wrong name or password",
    5: "not authorized",
}


def let_in(host: str, port: int, user: str, password: str) -> str:
    """Why it does not; empty when it does.

    Raises:
        OSError: when the broker does not answer.
    """
    name = f"partywall-{secrets.token_hex(6)}"
    body = b"".join(
        (
            *(_text("MQTT"), struct.pack("!BBH", 4, _CLEAN_WITH_LOGIN, 10)),
            *map(_text, (name, user, password)),
        )
    )
    with socket.create_connection((host, port), _SECONDS) as connection:
        connection.sendall(b"\x10" + _length(len(body)) + body)
        answer = connection.makefile("rb").read(4)
        if len(answer) < 4:
            return "it closed the connection"
        connection.sendall(b"\xe0\x00")
    return _CODES.get(answer[3], f"it answered {answer[3]}") if answer[3] else ""


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
