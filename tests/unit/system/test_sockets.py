"""Who holds a socket is found while processes come and go."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from partywall.system.sockets import holders, listening


def test_a_listener_is_known_by_its_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = listening(server.getsockname()[1])
        assert [address for address, _ in found] == ["127.0.0.1"]
        assert holders([inode for _, inode in found]) == {found[0][1]: {os.getpid()}}


def test_processes_that_end_meanwhile_are_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.iterdir
    asked = []

    def ended(place: Path) -> Iterator[Path]:
        if place.name == "fd" and place.parent.name != str(os.getpid()):
            asked.append(place)
            raise FileNotFoundError(place)
        return whole(place)

    with socket.create_server(("127.0.0.1", 0)) as server:
        found = listening(server.getsockname()[1])
        monkeypatch.setattr(Path, "iterdir", ended)
        assert holders([inode for _, inode in found]) == {found[0][1]: {os.getpid()}}
    assert asked
