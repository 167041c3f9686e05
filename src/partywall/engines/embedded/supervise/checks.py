"""One health check at a time, without ever blocking: a command, a TCP connection, an HTTP GET."""

from __future__ import annotations

import errno
import os
import signal
import socket
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from . import launch, placeholders
from .loop import READ, WRITE
from .program import Program

_TAIL_BYTES = 500


class Outcome(NamedTuple):
    """Whether a check passed, and what it said last."""

    ok: bool
    said: str


class Check(Protocol):
    """A check under way: `fd` becomes ready for `events`, then `step` is called."""

    fd: int
    events: int

    def step(self) -> Outcome | None:
        """Go on; the outcome once there is one."""

    def close(self) -> None:
        """Give up what the check holds, ending it if it still runs."""


def begin(folder: Path, program: Program) -> Check:
    """Begin the check a program asks for.

    Raises:
        OSError: it could not even begin, for example a refused connection.
    """
    health = program.health
    if health and health.tcp:
        return TcpCheck(*health.tcp)
    if health and health.http:
        return HttpCheck(health.http)
    if health and health.unix:
        return UnixCheck(health.unix)
    return CommandCheck(folder, program)


class CommandCheck:
    """Runs a command as the program would run; exit status 0 is health."""

    events = READ

    def __init__(self, folder: Path, program: Program) -> None:
        self._program = program
        # A file in memory, not a pipe: a talkative command never blocks, and it is read once.
        self._output = os.memfd_create("health", os.MFD_CLOEXEC)
        self._pid = launch.check(folder, program, self._output)
        self.fd = os.pidfd_open(self._pid)

    def step(self) -> Outcome | None:
        """The outcome, once the command has ended."""
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid == 0:
            return None
        self._pid = 0
        code = launch.shell_code(status)
        return Outcome(code == 0, self._tail() or f"exit {code}")

    def close(self) -> None:
        """Kill the command and all it started, if it still runs."""
        if self._pid:
            _kill_group(self._pid)
            os.waitpid(self._pid, 0)
        os.close(self.fd)
        os.close(self._output)

    def _tail(self) -> str:
        size = os.fstat(self._output).st_size
        raw = os.pread(self._output, 4 * _TAIL_BYTES, max(0, size - 4 * _TAIL_BYTES))
        text = raw.decode(errors="replace").strip()
        if text and self._program.secrets:
            text = placeholders.mask(text, placeholders.read(self._program.secrets))
        return text[-_TAIL_BYTES:]


class SocketCheck:
    """Connects; a connection is health."""

    def __init__(self, family: int, address: tuple[str, int] | str, where: str) -> None:
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._where = where
        self.fd, self.events = self._socket.fileno(), WRITE
        problem = self._socket.connect_ex(address)
        if problem not in (0, errno.EINPROGRESS):
            self._socket.close()
            raise OSError(problem, os.strerror(problem))

    def step(self) -> Outcome | None:
        """The outcome of the connection."""
        problem = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        said = os.strerror(problem) if problem else "connected"
        return Outcome(problem == 0, f"{self._where}: {said}")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class TcpCheck(SocketCheck):
    """Connects to a port."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__(family, (host, port), f"{host}:{port}")


class UnixCheck(SocketCheck):
    """Connects to a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__(socket.AF_UNIX, path, path)


class HttpCheck(TcpCheck):
    """Asks for a page; an answer of 200 to 399 is health."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: partywall-health\r\n"
            "Accept: */*\r\nConnection: close\r\n\r\n"
        ).encode()
        self._answer = b""
        super().__init__(parts.hostname or "127.0.0.1", parts.port or 80)

    def step(self) -> Outcome | None:
        """Send once connected, then read the first line of the answer."""
        if self.events == WRITE:
            return self._ask()
        try:
            more = self._socket.recv(4096)
        except BlockingIOError:
            return None
        self._answer += more
        if more and b"\n" not in self._answer:
            return None
        return self._judge()

    def _ask(self) -> Outcome | None:
        connected = super().step()
        if connected and not connected.ok:
            return connected
        self._socket.send(self._request)
        self.events = READ
        return None

    def _judge(self) -> Outcome:
        line = self._answer.split(b"\r\n", 1)[0].decode(errors="replace")[:_TAIL_BYTES]
        words = line.split()
        code = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        return Outcome(200 <= code < 400, line or "no answer")


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(leader, signal.SIGKILL)
