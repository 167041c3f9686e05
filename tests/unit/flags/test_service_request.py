"""Requests from bytes: what is read, and what is refused with which status."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from partywall.flags.service import request
from partywall.flags.service.request import BODY, HEAD, Refused, Request


class Writer:
    """Keeps what was written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, piece: bytes) -> None:
        self.written += piece


def read(data: bytes, writer: Writer | None = None) -> Request:
    async def fed() -> Request:
        reader = asyncio.StreamReader(limit=HEAD)
        reader.feed_data(data[1:])
        reader.feed_eof()
        to = cast("asyncio.StreamWriter", writer or Writer())
        return await request.read(reader, to, data[:1])

    return asyncio.run(fed())


def head(*lines: str, first: str = "POST /a?b=c HTTP/1.1") -> bytes:
    return "\r\n".join((first, "Host: h", *lines, "", "")).encode("latin-1")


def test_a_request_with_a_length() -> None:
    found = read(head("Content-Length: 3", "X-Some:  two  words ") + b"abcREST")
    assert found == Request(
        "POST",
        "/a",
        {"host": "h", "content-length": "3", "x-some": "two  words"},
        b"abc",
        again=True,
    )


def test_a_request_in_chunks() -> None:
    chunks = b"3;note=1\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nREST"
    assert read(head("Transfer-Encoding: chunked") + chunks).body == b"abc0123456789"


@pytest.mark.parametrize(
    ("lines", "first", "again"),
    [
        ((), "GET / HTTP/1.1", True),
        (("Connection: close",), "GET / HTTP/1.1", False),
        (("Connection: TE, Close",), "GET / HTTP/1.1", False),
        (("Connection: keep-alive",), "GET / HTTP/1.0", False),
    ],
)
def test_whether_another_one_may_follow(lines: tuple[str, ...], first: str, again: bool) -> None:
    assert read(head(*lines, first=first)).again is again


def test_an_empty_line_before_is_ignored_and_the_old_version_needs_no_host() -> None:
    assert read(b"\r\nGET / HTTP/1.0\r\n\r\n").path == "/"


def test_who_asks_first_is_told_to_go_on() -> None:
    writer = Writer()
    read(head("Expect: 100-continue", "Content-Length: 1") + b"x", writer)
    assert writer.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer = Writer()
    with pytest.raises(Refused):
        read(head("Expect: 100-continue", f"Content-Length: {BODY + 1}"), writer)
    assert not writer.written


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\r\n\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (head("no colon"), 400),
        (head(" folded: line"), 400),
        (head("Name : space"), 400),
        (head("Name: a\nOther: b"), 400),
        (head("Name: a\0b"), 400),
        (head("Content-Length: -1"), 400),
        (head("Content-Length: 1, 2"), 400),
        (head("Content-Length: 1", "Content-Length: 1"), 400),
        (head("Content-Length: " + "9" * 30), 400),
        (head("Content-Length: 1", "Transfer-Encoding: chunked"), 400),
        (head("Transfer-Encoding: gzip"), 501),
        (head("Transfer-Encoding: chunked") + b"zz\r\n", 400),
        (head("Transfer-Encoding: chunked") + b"2\r\nabcd", 400),
        (head("Transfer-Encoding: chunked") + b"10001\r\n", 413),
        (head("Transfer-Encoding: chunked") + b"1\r\nx\r\n" + b"10000\r\n", 413),
        (head("Transfer-Encoding: chunked") + b"0\r\n" + b"A: b\r\n" * 101, 431),
        (head("Transfer-Encoding: chunked") + b"1" * (HEAD + 9), 431),
        (head(f"Content-Length: {BODY + 1}"), 413),
        (head("Long: " + "x" * HEAD), 431),
        (head(*["A: b"] * 200), 431),
    ],
)
def test_what_is_refused(data: bytes, status: int) -> None:
    with pytest.raises(Refused) as raised:
        read(data)
    assert raised.value.status == status
    assert str(raised.value)


def test_the_largest_body_is_read_either_way() -> None:
    body = b"x" * BODY
    assert read(head(f"Content-Length: {BODY}") + body).body == body
    chunked = b"8000\r\n" + body[: BODY // 2] + b"\r\n"
    assert read(head("Transfer-Encoding: chunked") + 2 * chunked + b"0\r\n\r\n").body == body


@pytest.mark.parametrize(
    "data", [b"G", head("Content-Length: 3") + b"ab", head("Transfer-Encoding: chunked") + b"3\r\n"]
)
def test_a_connection_that_ends_before_is_no_request(data: bytes) -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read(data)
