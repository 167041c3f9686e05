"""Reads one HTTP/1.1 request (RFC 9112), no larger than it may be."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import NamedTuple

HEAD = 16 << 10
"""Bytes of the request line and all headers."""
HEADERS = 100
BODY = 64 << 10
"""Bytes of a body."""
_END = b"\r\n\r\n"
_LINE = re.compile(r"([!-~]+) ([!-~]+) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\0\r\n]*)")
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Request(NamedTuple):
    """What somebody asks for."""

    method: str
    path: str
    """As it was sent, without the query."""
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes
    again: bool
    """Whether further requests may follow on the same connection."""


class Refused(Exception):
    """A request that is not read to its end; its connection is closed after the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes) -> Request:
    """The request that begins with these bytes.

    Raises:
        Refused: when it is wrong, too large or of a kind that is not served.
        IncompleteReadError: when the connection ends before it does.
    """
    try:
        head = (first + await reader.readuntil(_END))[: -len(_END)]
    except asyncio.LimitOverrunError as error:
        raise Refused(431, "the headers are too large") from error
    line, *lines = head.decode("latin-1").lstrip("\r\n").split("\r\n")
    found = _LINE.fullmatch(line)
    if found is None:
        raise Refused(400, "not a request of HTTP/1.1")
    headers = _headers(lines)
    method, target, minor = found.groups()
    if minor == "1" and "host" not in headers:
        raise Refused(400, "no host is named")
    size = _size_said(headers)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(_GO_ON)
    body = await (_chunks(reader) if size is None else reader.readexactly(size))
    words = headers.get("connection", "").lower()
    return Request(
        method, target.partition("?")[0], headers, body, minor == "1" and "close" not in words
    )


def _headers(lines: list[str]) -> dict[str, str]:
    if len(lines) > HEADERS:
        raise Refused(431, "too many headers")
    headers: dict[str, str] = {}
    for line in lines:
        found = _HEADER.fullmatch(line)
        if found is None:
            raise Refused(400, "a header is wrong")
        name, value = found[1].lower(), found[2].strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _size_said(headers: Mapping[str, str]) -> int | None:
    """Bytes of the body; None: it comes in chunks."""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length", "0")
    if coding is None:
        if not re.fullmatch(r"[0-9]{1,18}", length):
            raise Refused(400, "its length is no number")
        return _bounded(int(length))
    if "content-length" in headers:
        raise Refused(400, "its length is said in two ways")
    if coding.lower() != "chunked":
        raise Refused(501, "of the transfer codings only `chunked` is understood")
    return None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := await _size(reader):
        _bounded(len(body) + size)
        piece = await reader.readexactly(size + 2)
        if not piece.endswith(b"\r\n"):
            raise Refused(400, "a chunk is wrong")
        body += piece[:-2]
    for _ in range(HEADERS):
        if await _line(reader) == "":
            return body
    raise Refused(431, "too many headers")


async def _size(reader: asyncio.StreamReader) -> int:
    """Of the next chunk; what is said beside it is ignored."""
    found = re.fullmatch(r"([0-9A-Fa-f]{1,8})(?:[ \t]*;.*)?", await _line(reader))
    if found is None:
        raise Refused(400, "a chunk is wrong")
    return int(found[1], 16)


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n"))[:-2].decode("latin-1")
    except asyncio.LimitOverrunError as error:
        raise Refused(431, "a line is too long") from error


def _bounded(size: int) -> int:
    if size > BODY:
        raise Refused(413, "request body too large")
    return size
