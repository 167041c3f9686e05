"""A gate before the engine, where every build is told the budget that it has to keep to.

Compose packs what is built, and has no words for the group that its steps run in; the engine has.
So Compose is led through a socket of ours, which adds those words and passes all the rest on. Only
the engine's classic builder listens to them: BuildKit builds in the engine itself.
"""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

_PIECE = 1 << 16
_LONGEST_HEAD = 1 << 20
_END = b"\r\n\r\n"
_BUILD = re.compile(rb"POST (?:/v[\d.]+)?/build(?=[? ])")
_KEPT_OPEN = re.compile(rb"^(?:connection|keep-alive):[^\r\n]*\r\n", re.IGNORECASE | re.MULTILINE)


@contextlib.contextmanager
def gate(engine: Path, words: Mapping[str, str]) -> Iterator[Path]:
    """A socket that leads to the engine; its folder is ours alone, and goes with it.

    Args:
        engine: the engine's own socket.
        words: what every build is told, as the engine's API calls it.
    """
    with tempfile.TemporaryDirectory(prefix="partywall-gate-") as folder:
        path = Path(folder) / "engine.sock"
        with _Server(str(path), engine, words) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield path
            finally:
                server.shutdown()
                thread.join()


def narrowed(head: bytes, words: Mapping[str, str]) -> bytes:
    """The head of a request as it is passed on; pure.

    One that builds gets these words. Each but one that becomes a stream is the last one of its
    connection, so that no later one is passed on unseen.
    """
    first, _, rest = head.partition(b"\r\n")
    if _BUILD.match(first):
        method, target, version = first.split(b" ", 2)
        between = b"&" if b"?" in target else b"?"
        first = b" ".join((method, target + between + urlencode(words).encode(), version))
    if re.search(rb"^upgrade:", rest, re.IGNORECASE | re.MULTILINE):
        return first + b"\r\n" + rest
    return first + b"\r\nConnection: close\r\n" + _KEPT_OPEN.sub(b"", rest)


class _Server(socketserver.ThreadingUnixStreamServer):
    """Listens at the gate."""

    daemon_threads = True

    def __init__(self, path: str, engine: Path, words: Mapping[str, str]) -> None:
        super().__init__(path, _Passage)
        self.engine = engine
        self.words = words


class _Passage(socketserver.BaseRequestHandler):
    """One connection through the gate."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        """Change the head, pass the rest; who is away on either side ends it for both."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as engine:
            engine.connect(str(self.server.engine))
            head, rest = self._head()
            engine.sendall(narrowed(head, self.server.words) + rest)
            asking = threading.Thread(target=_pass, args=(self.request, engine), daemon=True)
            asking.start()
            _pass(engine, self.request)

    def _head(self) -> tuple[bytes, bytes]:
        said = b""
        while _END not in said and len(said) < _LONGEST_HEAD:
            piece = self.request.recv(_PIECE)
            if not piece:
                break
            said += piece
        head, end, rest = said.partition(_END)
        return head + end, rest


def _pass(source: socket.socket, target: socket.socket) -> None:
    """Everything that comes, until nothing does."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
