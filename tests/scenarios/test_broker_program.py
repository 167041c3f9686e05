"""The broker of embedded installations, with clients that come and go all the time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from partywall.engines.embedded.servers import broker
from partywall.proof.inside.session import Session
from scenarios.installation import free_ports, until

pytestmark = pytest.mark.scenario


@pytest.fixture
def at() -> Iterator[dict[str, object]]:
    """Where a broker listens that lets everybody in."""
    port, _ = free_ports()
    with subprocess.Popen(
        [sys.executable, "-I", broker.__file__],
        env={"PATH": os.environ["PATH"], "BROKER_BIND": f"127.0.0.1:{port}"},
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            until(lambda: _listens(port), what="the broker listens")
            yield {"host": "127.0.0.1", "port": port}
        finally:
            program.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_nobody_is_thrown_out_while_others_subscribe(at: dict[str, object]) -> None:
    """Whoever comes in is handed what is kept, which takes a moment."""
    over = threading.Event()

    def come_and_go() -> None:
        number = 0
        while not over.is_set():
            with Session(at) as session:
                for pattern in ("#", "+/#", "kept/#", "kept/+", "+/word"):
                    session.ask_for(pattern)
                for _ in range(50):
                    number += 1
                    session.ask_for(f"some/{threading.get_ident()}/{number}")
                session.publish("kept/word", "all asked for", retain=True)

    others = [threading.Thread(target=come_and_go) for _ in range(2)]
    for one in others:
        one.start()
    try:
        for number in range(60):
            with Session(at) as session:
                assert session.subscribe(f"own/{number}"), number
                session.publish(f"own/{number}", "still here")
                assert session.hears(f"own/{number}", 5.0), number
    finally:
        over.set()
        for one in others:
            one.join()


def test_what_is_kept_comes_to_those_who_asked_for_it_and_to_nobody_else(
    at: dict[str, object],
) -> None:
    with Session(at) as first, Session(at) as asks:
        first.publish("kept/word", "for those who ask", retain=True)
        assert asks.subscribe("kept/#")
        assert asks.hears("kept/word", 5.0)
        with Session(at) as silent:
            assert silent.subscribe("other/#")
            silent.publish("other/word", "comes after all that was kept")
            assert silent.hears("other/word", 5.0)
            assert [topic for topic, _, _ in silent.heard] == ["other/word"]
