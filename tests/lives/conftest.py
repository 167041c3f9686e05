"""Lives are led several at a time, since most of a life is waiting; each test waits for its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lives.club import Club
from lives.life import Life
from lives.points import POINTS
from partywall.engines.docker import host
from scenarios.installation import free_ports

AT_ONCE = 3
Which = tuple[str, str]
"""An engine and a point."""

_SECONDS = pytest.StashKey[dict[str, dict[str, float]]]()


class Lives:
    """Every life that this run asks for, begun in the order of the tests."""

    def __init__(self, folder: Path, wanted: list[Which], told: dict[str, Any]) -> None:
        self._folder = folder
        self._told = told
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._led = {one: self._pool.submit(self._lead, n, *one) for n, one in enumerate(wanted)}

    def of(self, engine: str, point: str) -> Future[None]:
        """One of them."""
        return self._led[engine, point]

    def _lead(self, number: int, engine: str, name: str) -> None:
        point = POINTS[name]
        club = Club(self._folder, f"life{os.getpid()}x{number}", engine, point)
        life = Life(club, _edge())
        try:
            life.live()
        finally:
            self._told[f"{engine} {name}"] = life.seconds
            club.close()

    def close(self) -> None:
        """Begin no more, and wait for those that are under way."""
        self._pool.shutdown(cancel_futures=True)


def _edge() -> dict[str, Any]:
    http, https = free_ports()
    return {"tls": "off", "http": http, "https": https}


@pytest.fixture(scope="session")
def lives(request: pytest.FixtureRequest) -> Iterator[Lives]:
    asked = [one.callspec.params for one in request.session.items if hasattr(one, "callspec")]
    pairs = [
        (said["engine"], said["point"]) for said in asked if {"engine", "point"} <= said.keys()
    ]
    wanted = [one for one in pairs if one[0] != "docker" or host.SOCKET.exists()]
    with tempfile.TemporaryDirectory(prefix="pw-lives-") as folder:
        Path(folder).chmod(0o755)
        told = request.config.stash.setdefault(_SECONDS, {})
        made = Lives(Path(folder), wanted, told)
        try:
            yield made
        finally:
            made.close()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How long each life took, in all and stage by stage."""
    for name, stages in config.stash.get(_SECONDS, {}).items():
        parts = " ".join(f"{stage} {seconds:.0f}" for stage, seconds in stages.items())
        terminalreporter.write_line(f"life {name}: {sum(stages.values()):.0f} s ({parts})")
