"""Somebody at the club's page, without a browser: speaks HTTP to an address and keeps cookies."""

import base64
import http.client
import json
import secrets
import socket
import ssl
import sys
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

FORM = "multipart/form-data; boundary=pixels"
TIMEOUT = 20.0


class Stopped(Exception):
    """A step did not go as it should; the message says which, and what came back."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    cookies: dict[str, str]

    def json(self) -> dict[str, Any]:
        """Return the object that the content is; what is none is a step that went wrong."""
        try:
            return dict(json.loads(self.content))
        except (TypeError, ValueError):
            raise Stopped(f"no JSON came back, but {self.content[:200]!r}") from None


def fetch(url: str, method: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send one request to an address."""
    said = urlsplit(url)
    host = said.netloc.rpartition("@")[2]
    with closing(http.client.HTTPConnection(host, timeout=TIMEOUT)) as connection:
        connection.sock = _link(said)
        connection.request(method, said.path or "/", body, {"Host": host, **headers})
        answer = connection.getresponse()
        cookies = [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", [])]
        pairs = (one.partition("=") for one in cookies)
        return Answer(answer.status, answer.read(), {name: value for name, _, value in pairs})


def _link(said: SplitResult) -> socket.socket:
    """Connect; names below ``localhost`` are this machine, whatever a resolver says (RFC 6761)."""
    name = said.hostname or ""
    place = "127.0.0.1" if name.endswith(".localhost") else name
    secure = said.scheme == "https"
    link = socket.create_connection((place, said.port or (443 if secure else 80)), TIMEOUT)
    return ssl.create_default_context().wrap_socket(link, server_hostname=name) if secure else link


@dataclass(frozen=True)
class Site:
    """An address; where it asks for a password, the URL names the user."""

    url: str
    password: str = field(default="", repr=False)

    def guard(self) -> dict[str, str]:
        """Return the header that it asks for; none where the URL names no user."""
        user = urlsplit(self.url).username
        if user is None:
            return {}
        word = base64.b64encode(f"{user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {word}"}


@dataclass
class Person:
    """Somebody at the page, who keeps cookies."""

    site: Site
    handle: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def asks(self, method: str, address: str, body: object = None) -> Answer:
        """Send a request to a path of the site or to another address: bytes are a form."""
        kind = FORM if isinstance(body, bytes) else "application/json"
        headers = {"Content-Type": kind, **self.site.guard()}
        if self.cookies and address.startswith("/"):
            headers["Cookie"] = "; ".join(f"{name}={one}" for name, one in self.cookies.items())
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
        answer = fetch(urljoin(self.site.url, address), method, data, headers)
        self.cookies |= answer.cookies
        return answer

    def does(
        self, what: str, status: int, method: str, address: str, body: object = None
    ) -> Answer:
        """Send a request that has to be answered with this status."""
        answer = self.asks(method, address, body)
        if answer.status != status:
            raise Stopped(f"{self.handle} {what}: {answer.status}, {answer.content[:200]!r}")
        sys.stderr.write(f"{self.handle} {what}\n")
        return answer

    def login(self) -> dict[str, str]:
        """Return what the API wants of somebody who registers or logs in."""
        return {"handle": self.handle, "password": self.secret}


def form(title: str, picture: bytes) -> bytes:
    """Return an upload as a browser's form sends it."""
    mark, said = "--pixels\r\n", 'Content-Disposition: form-data; name="'
    head = f'{mark}{said}title"\r\n\r\n{title}\r\n{mark}{said}file"; filename="a.png"\r\n\r\n'
    return head.encode() + picture + b"\r\n--pixels--\r\n"
