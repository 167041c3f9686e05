"""A run folder per test, with everything in it ended afterwards."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench

from partywall.engines.embedded.supervise import control, processes


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    control.stop(bench.run, all=True, timeout=30)
    assert processes.find_marked(bench.project) == []


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
