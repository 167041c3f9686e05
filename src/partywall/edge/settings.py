"""What the edge is told about itself: its ports, its addresses, its way of TLS and its folders."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from partywall.model.errors import BadInput, Place

SOCKET_BYTES = 107
"""What fits into `sockaddr_un.sun_path` before its final zero byte (unix(7))."""

CURRENT = "current"
"""The name by which the front finds the side that answers at present."""
_HIGHEST_PORT = 65535
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (never bound here)


class Tls(StrEnum):
    """Where certificates come from."""

    INTERNAL = "internal"
    ACME = "acme"
    OFF = "off"


class EdgeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The edge's own settings; every path is absolute and as Caddy sees it."""

    http_port: int = 80
    https_port: int = 443
    ports: tuple[int, ...] = ()
    """Further ones, listened on from the start, whether or not a route is there yet."""
    bind: tuple[str, ...] = ("127.0.0.1",)
    """Not `::1` too: on a machine without IPv6 Caddy would then refuse to start at all."""
    trusted: tuple[str, ...] = ()
    """Networks of proxies before the edge, whose word of visitors is believed."""
    tls: Tls = Tls.INTERNAL
    email: str = ""
    directory: str = ""
    """The ACME directory's address; empty means the issuer's own choice."""
    root: str = ""
    """A PEM file with the authority that the ACME directory's own certificate comes from."""
    sockets: str
    """The folder of the unix sockets by which the edge's parts and we speak to each other."""
    storage: str
    """Certificates, keys and the internal authority."""
    logs: str
    """The folder of `caddy.log` and of one access log per environment."""

    @property
    def main_port(self) -> int:
        """The port that a route with port 0 is answered on."""
        return self.http_port if self.tls == Tls.OFF else self.https_port

    @property
    def address(self) -> str:
        """Where this machine itself reaches the edge."""
        return _ANYWHERE.get(self.bind[0], self.bind[0])

    def admin(self, part: str) -> str:
        """The unix socket of a part's admin API."""
        return f"{self.sockets}/{part}/admin"

    def listener(self, part: str, port: int) -> str:
        """The unix socket on which a part answers what came in on a port."""
        return f"{self.sockets}/{part}/{port}"

    @property
    def authority(self) -> Path:
        """The root certificate of the internal authority; there once Caddy has run."""
        return Path(self.storage) / "pki/authorities/local/root.crt"


def checked(settings: EdgeSettings) -> EdgeSettings:
    """The same settings, if Caddy can live with them.

    Raises:
        BadInput: when the socket's path is too long, no address is given or ports clash.
    """
    longest = settings.listener(CURRENT, _HIGHEST_PORT)
    length = len(longest.encode())
    if length > SOCKET_BYTES:
        raise BadInput(
            f"the path of the edge's sockets has {length} bytes; "
            f"a unix socket may have {SOCKET_BYTES}",
            where=Place(longest),
            remedy="choose a shorter folder for the edge",
        )
    if not settings.bind:
        raise BadInput("the edge has no address to listen on", remedy="give it at least 127.0.0.1")
    if settings.tls != Tls.OFF and settings.http_port == settings.https_port:
        raise BadInput(
            f"the edge cannot answer http and https on the same port {settings.http_port}",
            remedy="choose two different ports",
        )
    return settings
