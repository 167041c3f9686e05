"""What a request's head becomes at the gate."""

from __future__ import annotations

import pytest

from partywall.engines.docker.gate import narrowed

WORDS = {"cgroupparent": "/partywall/shop/dev", "memory": "1"}
ADDED = b"cgroupparent=%2Fpartywall%2Fshop%2Fdev&memory=1"
HOST = b"Host: x\r\n"


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        (b"POST /build HTTP/1.1", b"POST /build?" + ADDED + b" HTTP/1.1"),
        (b"POST /v1.41/build?t=a HTTP/1.1", b"POST /v1.41/build?t=a&" + ADDED + b" HTTP/1.1"),
        (b"POST /v1.41/build/prune HTTP/1.1", b"POST /v1.41/build/prune HTTP/1.1"),
        (b"GET /v1.41/build HTTP/1.1", b"GET /v1.41/build HTTP/1.1"),
        (b"GET /images/POST%20/build HTTP/1.1", b"GET /images/POST%20/build HTTP/1.1"),
    ],
)
def test_only_a_build_gets_the_words(asked: bytes, passed: bytes) -> None:
    made = narrowed(asked + b"\r\n" + HOST + b"\r\n", WORDS)
    assert made == passed + b"\r\nConnection: close\r\n" + HOST + b"\r\n"


def test_no_second_request_comes_unseen() -> None:
    kept = b"GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: x\r\nKeep-Alive: 5\r\n\r\n"
    assert narrowed(kept, WORDS) == b"GET / HTTP/1.1\r\nConnection: close\r\nHost: x\r\n\r\n"


def test_a_stream_is_left_a_stream() -> None:
    stream = b"POST /session HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert narrowed(stream, WORDS) == stream
