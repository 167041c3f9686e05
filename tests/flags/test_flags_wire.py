"""Connections: kept, refused, slow, large, and many at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flags.serving import FLAGS, MODULE, Serving, flag, whole
from partywall.flags import service
from partywall.flags.service.server import MOST, SLOW

pytestmark = pytest.mark.scenario

ONE = b"POST /ofrep/v1/evaluate/flags/plain HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def served(serving: Serving) -> Serving:
    serving.define({"plain": flag()})
    return serving.start()


def test_a_connection_is_kept_until_it_is_told_to_end(served: Serving) -> None:
    with served.raw() as raw:
        raw.sendall(ONE * 3 + ONE.replace(b"Host: h", b"Host: h\r\nConnection: close"))
        found = whole(raw)
    assert found.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert found.count(b"Connection: close") == 1


def test_an_answer_comes_in_one_piece(served: Serving) -> None:
    with served.raw() as raw:
        for _ in range(50):
            raw.sendall(ONE)
            piece = raw.recv(1 << 16)
            head, _, body = piece.partition(b"\r\n\r\n")
            assert f"Content-Length: {len(body)}".encode() in head
            assert json.loads(body)["value"] is True


def test_the_old_version_is_answered_and_closed(served: Serving) -> None:
    with served.raw() as raw:
        raw.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert b'"flags":1' in whole(raw)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_413_and_the_sender_sees_it(
    served: Serving, chunked: bool
) -> None:
    body = json.dumps({"context": {"x": "y" * 1_000_000}}).encode()
    with served.connection() as connection:
        sent = iter([body[:500_000], body[500_000:]]) if chunked else body
        connection.request("POST", f"{FLAGS}/plain", sent, encode_chunked=chunked)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Connection")) == (413, "close")
        assert json.loads(answer.read())["errorDetails"] == "request body too large"


def test_the_largest_body_is_taken(served: Serving) -> None:
    body = json.dumps({"context": {"x": "y"}}).encode()
    assert served.ask(f"{FLAGS}/plain", body + b" " * ((64 << 10) - len(body)))[0] == 200


def test_chunks_are_understood(served: Serving) -> None:
    with served.connection() as connection:
        pieces = iter([b'{"context"', b": {}", b"}"])
        connection.request("POST", f"{FLAGS}/plain", pieces, encode_chunked=True)
        assert json.loads(connection.getresponse().read())["value"] is True


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 20_000, 431),
        (ONE.replace(b"Host: h", b"Host: h\r\nTransfer-Encoding: chunked"), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_nonsense_is_answered_and_closed(served: Serving, sent: bytes, status: int) -> None:
    with served.raw() as raw:
        raw.sendall(sent)
        assert whole(raw).startswith(f"HTTP/1.1 {status} ".encode())


def test_whatever_is_sent_the_next_one_is_answered(served: Serving) -> None:
    chosen = random.Random(20_261_128)
    for _ in range(200):
        with served.raw() as raw, contextlib.suppress(OSError):
            sent = bytearray(ONE)
            for _ in range(chosen.randrange(1, 8)):
                sent[chosen.randrange(len(sent))] = chosen.randrange(256)
            raw.sendall(sent[: chosen.randrange(1, len(sent) + 1)])
            raw.shutdown(socket.SHUT_WR)
            whole(raw)
    assert served.evaluate("plain")["value"] is True
    assert "Traceback" not in served.log.read_text()


def test_slow_clients_hold_nobody_up_and_are_let_go(served: Serving) -> None:
    with contextlib.ExitStack() as held:
        slow = [held.enter_context(served.raw()) for _ in range(100)]
        for number, one in enumerate(slow):
            one.sendall(ONE[: 10 + number % (len(ONE) - 12)])
        began = time.monotonic()
        for _ in range(200):
            assert served.evaluate("plain")["value"] is True
        assert time.monotonic() - began < SLOW * 4
        for one in slow:
            one.settimeout(SLOW * 4)
            assert whole(one).startswith(b"HTTP/1.1 408 ")


def test_three_hundred_clients_stay_connected(served: Serving) -> None:
    failures: list[BaseException] = []

    def visit(number: int, connection: http.client.HTTPConnection) -> None:
        try:
            for _ in range(10):
                body = json.dumps({"context": {"targetingKey": f"user-{number}"}})
                connection.request("POST", f"{FLAGS}/plain", body)
                assert json.loads(connection.getresponse().read())["value"] is True
        except BaseException as error:
            failures.append(error)

    with contextlib.ExitStack() as held:
        connections = [held.enter_context(served.connection()) for _ in range(300)]
        visitors = [threading.Thread(target=visit, args=each) for each in enumerate(connections)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join(120)
        assert not failures
        assert all(connection.sock is not None for connection in connections)
        assert served.stop() < 1
    assert served.evaluations("plain") == 3_000
    assert served.written()["flags"]["plain"]["variants"]["on"]["users"] == 300


def test_more_than_there_is_room_for_make_room_by_those_idle_longest(served: Serving) -> None:
    with contextlib.ExitStack() as held:
        idle = [held.enter_context(served.raw()) for _ in range(MOST)]
        for one in idle:
            one.sendall(ONE)
            assert one.recv(1 << 16)
        for _ in range(20):
            assert served.evaluate("plain")["value"] is True
        idle[-1].sendall(ONE)
        assert idle[-1].recv(1 << 16)
        with contextlib.suppress(ConnectionError):
            assert idle[0].recv(1) == b""


def test_it_ends_in_under_a_second_in_the_middle_of_a_request(served: Serving) -> None:
    with served.raw() as one, served.raw() as other:
        one.sendall(ONE[:30])
        other.sendall(ONE)
        assert other.recv(1 << 16)
        assert served.stop() < 1
        assert whole(other) == b""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = Path(service.__file__).parent
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(folder, tmp_path / "service" / "flags_service", ignore=hidden)
    return tmp_path / "service"


def test_its_folder_alone_is_enough(serving: Serving, copied: Path) -> None:
    without = "import sys, runpy; sys.modules['partywall'] = None; "
    run = "runpy.run_module('flags_service', run_name='__main__', alter_sys=True)"
    serving.define({"plain": flag()})
    serving.start((sys.executable, "-c", without + run), cwd=copied)
    assert serving.evaluate("plain")["value"] is True
    assert serving.stop() < 1


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_what_it_cannot_begin_without_is_said(tmp_path: Path, taken: int) -> None:
    for more in ({}, {"FLAGS_FILE": str(tmp_path / "x"), "HOST": "127.0.0.1", "PORT": str(taken)}):
        ended = subprocess.run(MODULE, env=more, capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert "ERROR" in ended.stderr
        assert "Traceback" not in ended.stderr
