"""The Docker Engine's own HTTP API, spoken over its unix socket."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import msgspec

from partywall.model.errors import MachineFailed, Place
from partywall.system.decoding import decode

SECONDS = 60.0
"""How long an answer may take: an engine with much to do is slow, not gone."""
HELLO_SECONDS = 15.0
"""How long the first sign of life may take: an engine that hangs is told from one that works."""
_CHARACTERS = 800
_PIECE = 1 << 16
_START = (
    "start it (`sudo systemctl start docker`), then run the same command again; "
    "where there is no Docker, `partywall --engine embedded` needs none"
)


class EngineRefuses(MachineFailed):
    """The engine answered, and did not do what it was asked."""


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, seconds: float | None) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Open the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Api:
    """One engine; each call has a connection of its own, so threads need not wait.

    Paths have no version: every engine from 20.10 on answers in its own newest one. Of a query,
    mappings and lists go as JSON, truths as `true` and `false`. All methods raise MachineFailed
    when the engine does not answer, may not be asked, or refuses (then in its own words).
    """

    def __init__(self, socket: Path, seconds: float = SECONDS) -> None:
        self.socket = socket
        self._seconds = seconds
        self._greeted = False

    def get(self, path: str, **query: object) -> Any | None:  # noqa: ANN401  (any JSON)
        """What the engine says of something; None when there is no such thing."""
        answer = self._asked("GET", path, query)
        return None if answer is None else _decoded(path, answer)

    def post(
        self,
        path: str,
        body: object = None,
        *,
        seconds: float | None = None,
        **query: object,
    ) -> Any:  # noqa: ANN401  (any JSON)
        """Have something made or done; None when the engine has nothing to say.

        A stop may take its own time `t` (seconds) and the usual time on top.

        Args:
            path: what is asked.
            body: sent as JSON; None sends nothing.
            seconds: how long it may take, where that is not the usual time.
            query: what comes after the question mark.

        Raises:
            MachineFailed: also when what it is about is absent.
        """
        own = query.get("t")
        allowed = seconds or self._seconds + (own if isinstance(own, int) else 0)
        data = b"" if body is None else msgspec.json.encode(body)
        answer = judged(path, *self._ask("POST", _address(path, query), data, allowed))
        return _decoded(path, answer) if answer else None

    def load(self, file: IO[bytes], *, seconds: float, **query: object) -> None:
        """Make an image of an archive.

        Args:
            file: the archive, from where it stands.
            seconds: how long it may take.
            query: `repo`, `tag` and, for each of several, `changes`.
        """
        path = "/images/create"
        address = _address(path, {"fromSrc": "-", **query})
        judged(path, *self._ask("POST", address, file, seconds))

    def delete(self, path: str, **query: object) -> bool:
        """Remove something; False when there was no such thing."""
        return self._asked("DELETE", path, query) is not None

    def raw(self, path: str, **query: object) -> bytes:
        """An answer that is not JSON, such as a log; empty when there is no such thing."""
        return self._asked("GET", path, query) or b""

    def stream(self, path: str, **query: object) -> Iterator[bytes]:
        """The pieces of an answer that goes on, as they come; none when there is no such thing."""
        try:
            with contextlib.closing(_Connection(self.socket, None)) as connection:
                connection.request("GET", _address(path, query))
                answer = connection.getresponse()
                if answer.status == http.client.NOT_FOUND:
                    return
                if answer.status >= http.client.BAD_REQUEST:
                    judged(path, answer.status, answer.read())
                while piece := answer.read1(_PIECE):
                    yield piece
        except (OSError, http.client.HTTPException) as error:
            raise silent(self.socket, error, self._seconds) from error

    def identity(self) -> str:
        """What tells this engine from another: its id, and where its data are.

        The id alone does not do: engine 20.10 keeps it in /etc/docker, so two engines of one
        machine have the same.
        """
        info = self.get("/info") or {}
        return f"{info.get('ID', '')} {info.get('DockerRootDir', '')}".strip()

    def version(self) -> str:
        """The engine's own version, such as `20.10.24`."""
        return str((self.get("/version") or {}).get("Version", ""))

    def _asked(self, method: str, path: str, query: Mapping[str, object]) -> bytes | None:
        status, body = self._ask(method, _address(path, query), b"", self._seconds)
        return None if status == http.client.NOT_FOUND else judged(path, status, body)

    def _ask(
        self, method: str, address: str, body: bytes | IO[bytes], seconds: float
    ) -> tuple[int, bytes]:
        if not self._greeted:
            self._once("GET", "/_ping", b"", min(HELLO_SECONDS, self._seconds))
            self._greeted = True
        return self._once(method, address, body, seconds)

    def _once(
        self, method: str, address: str, body: bytes | IO[bytes], seconds: float
    ) -> tuple[int, bytes]:
        kind = "application/json" if isinstance(body, bytes) else "application/x-tar"
        headers = {"Content-Type": kind} if body else {}
        try:
            with contextlib.closing(_Connection(self.socket, seconds)) as connection:
                connection.request(method, address, body or None, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise silent(self.socket, error, seconds) from error


def judged(path: str, status: int, body: bytes) -> bytes:
    """The body of a good answer; pure.

    Raises:
        EngineRefuses: with the engine's own message, when it did not do what it was asked.
    """
    if status < http.client.BAD_REQUEST:
        return body
    try:
        said = str(decode(body)["message"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        said = body.decode(errors="replace")
    said = said.strip()[:_CHARACTERS] or "it gives no reason"
    raise EngineRefuses(
        f"the Docker engine refuses {path.partition('?')[0]}: {said}",
        remedy="see to what it says, then run the same command again",
    )


def silent(path: Path, error: Exception, seconds: float) -> MachineFailed:
    """The error for an engine that gave no answer; pure."""
    where = Place(str(path))
    if isinstance(error, FileNotFoundError | ConnectionRefusedError | NotADirectoryError):
        return MachineFailed("the Docker engine does not answer", where=where, remedy=_START)
    if isinstance(error, PermissionError):
        return MachineFailed(
            "the Docker engine may not be asked: this user is not in the group docker",
            where=where,
            remedy="`sudo usermod -aG docker $USER` and log in again, or run as root",
        )
    if isinstance(error, TimeoutError):
        why = f"nothing came for {seconds:.0f} s"
    else:
        why = str(error) or type(error).__name__
    return MachineFailed(
        f"the Docker engine stopped answering: {why}",
        where=where,
        remedy="look at its log (`journalctl -u docker`), then run the same command again",
    )


def _address(path: str, query: Mapping[str, object]) -> str:
    several = {"changes"}
    words = {
        name: [*map(_word, value)] if name in several and isinstance(value, list) else _word(value)
        for name, value in query.items()
    }
    return f"{path}?{urlencode(words, doseq=True)}" if words else path


def _word(value: object) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _decoded(path: str, answer: bytes) -> Any:  # noqa: ANN401  (any JSON)
    try:
        return decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineFailed(
            f"the Docker engine says something unreadable about {path}: {error}",
            remedy="see that what listens on its socket is a Docker Engine",
        ) from error
