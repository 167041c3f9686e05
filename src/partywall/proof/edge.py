"""Calls the edge as a browser would, at an address of our choosing, so that names need no DNS."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus

import msgspec

_MOST = 262_144
"""Bytes read of an answer's body at most."""


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Where the edge listens."""

    address: str = "127.0.0.1"
    port: int = 443
    tls: bool = True
    source: str = ""
    """The address of this machine to call from; empty: whichever the kernel takes."""

    def at(self, port: int) -> Door:
        """The door of a route: its own port, or this one when that is 0."""
        return msgspec.structs.replace(self, port=port) if port else self

    def authority(self, host: str) -> str:
        """What a browser writes into `Host`."""
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """All values of a header, joined by commas."""
        return ", ".join(text for key, text in self.headers if key.lower() == name.lower())

    def __str__(self) -> str:
        names = {item.value: item.phrase for item in HTTPStatus}
        return f"{self.status} {names.get(self.status, '')}".strip()


class NoAnswer(Exception):
    """The edge refused the connection or the TLS handshake, or said nothing in time."""


def basic(user: str, password: str) -> dict[str, str]:
    """The header that carries a user name and a password (RFC 7617)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def get(
    door: Door,
    host: str,
    path: str = "/",
    headers: Mapping[str, str] | None = None,
    sni: str | None = None,
) -> Page:
    """GET a path exactly as written; redirects are not followed.

    Args:
        door: where to connect to.
        host: the name asked for, in `Host` and, unless `sni` says another, in the handshake.
        path: sent as it is, `..` and escapes included.
        headers: added to the request.
        sni: another name for the TLS handshake.

    Raises:
        NoAnswer: when there is no HTTP answer.
    """
    connection = http.client.HTTPConnection(door.address, door.port, timeout=3)
    try:
        connection.sock = _connect(door, sni or host)
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", door.authority(host))
        for name, value in {"Connection": "close", **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read(_MOST)
        return Page(status=response.status, headers=tuple(response.getheaders()), body=body)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(_words(error)) from error
    finally:
        connection.close()


def _connect(door: Door, name: str) -> socket.socket:
    source = (door.source, 0) if door.source else None
    plain = socket.create_connection((door.address, door.port), 3, source)
    if not door.tls:
        return plain
    try:
        return _context().wrap_socket(plain, server_hostname=name)
    except OSError:
        plain.close()
        raise


def _context() -> ssl.SSLContext:
    """No verification: which certificate an internal authority signed is not what is probed."""
    # The default context would read every authority of the machine for each call.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"the TLS handshake was refused ({(error.reason or 'no reason').lower()})"
    return str(getattr(error, "strerror", None) or error or type(error).__name__).lower()
