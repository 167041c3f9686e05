"""Serves HTTP/1.1 on one port: many who stay connected, none who can hold up the others."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from . import request
from .answer import Answer, encoded, trouble
from .request import Refused, Request

MOST = 512
"""Connections at the same time; below what a process may customarily open."""
IDLE = 75.0
"""Seconds that a connection without a request is kept."""
SLOW = 5.0
"""Seconds in which a request has to be there, and its answer taken."""
_LINGER = 1.0
_LEFT_OVER = 2 << 20
"""Bytes of a refused request that are read and thrown away, so that its sender sees the answer."""
_log = logging.getLogger("flags")
Handle = Callable[[Request], Awaitable[Answer]]


class Server:
    """A new connection is never refused because of idle ones: the one idle longest makes room."""

    def __init__(self, handle: Handle, most: int = MOST) -> None:
        self._handle = handle
        self._most = most
        self._open: set[asyncio.StreamWriter] = set()
        self._idle: dict[asyncio.StreamWriter, None] = {}
        self._said: set[str] = set()

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Start; what it cannot listen at raises an OSError."""
        # asyncio sets TCP_NODELAY on every connection.
        return await asyncio.start_server(
            self._connected, host, port, limit=request.HEAD, backlog=self._most
        )

    def close_all(self) -> None:
        """End every connection; what was answered is still sent."""
        for writer in self._open:
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._most and not self._make_room():
            writer.write(encoded(trouble(503, "too many connections"), again=False))
            writer.close()
            return
        self._open.add(writer)
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            self._idle.pop(writer, None)
            writer.close()

    def _make_room(self) -> bool:
        for writer in self._idle:
            self._open.discard(writer)
            del self._idle[writer]
            writer.transport.abort()
            return True
        return False

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        again = True
        while again:
            first = await self._first(reader, writer)
            if not first:
                return
            again = await self._one(reader, writer, first)

    async def _first(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The first byte of the next request; empty: there is none."""
        self._idle[writer] = None
        try:
            async with asyncio.timeout(IDLE):
                return await reader.read(1)
        finally:
            self._idle.pop(writer, None)

    async def _one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes
    ) -> bool:
        """Answer one request; whether another one may follow."""
        try:
            async with asyncio.timeout(SLOW):
                asked = await request.read(reader, writer, first)
        except (Refused, TimeoutError) as error:
            status = error.status if isinstance(error, Refused) else 408
            writer.write(encoded(trouble(status, str(error) or "too slow"), again=False))
            await _linger(reader, writer)
            return False
        answer = await self._answered(asked)
        writer.write(encoded(answer, again=asked.again, bare=asked.method == "HEAD"))
        async with asyncio.timeout(SLOW):
            await writer.drain()
        return asked.again

    async def _answered(self, asked: Request) -> Answer:
        """What goes wrong here is said in the log, once, and never to the caller."""
        try:
            return await self._handle(asked)
        except Exception as error:
            name = type(error).__name__
            if name not in self._said:
                self._said.add(name)
                _log.exception("a request could not be answered")
            return trouble(500, "the service could not answer")


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read on for a moment: a connection closed over unread bytes takes the answer with it."""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(_LINGER):
            writer.write_eof()
            left = _LEFT_OVER
            while left > 0 and (piece := await reader.read(1 << 16)):
                left -= len(piece)
