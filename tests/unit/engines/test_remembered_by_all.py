"""What is remembered for all environments loses nothing when commands change several at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from partywall.engines.docker.volume_names import VolumeNames
from partywall.engines.embedded.allocations import Allocations

EVERY = [f"e{number}/volume/data" for number in range(40)]


def at_once(remember: Callable[[str], object]) -> None:
    with ThreadPoolExecutor(8) as commands:
        list(commands.map(remember, EVERY))


def test_names_of_volumes(tmp_path: Path) -> None:
    """Each command has an object of its own, as each process has."""
    path = tmp_path / "volumes.json"
    at_once(lambda key: VolumeNames(path).keep(key, f"x-{key[:3]}"))
    assert VolumeNames(path).all().keys() == {*EVERY}
    at_once(lambda key: VolumeNames(path).forget(key))
    assert VolumeNames(path).all() == {}


def test_addresses_and_users(tmp_path: Path) -> None:
    def one() -> Allocations:
        return Allocations(
            tmp_path / "allocations.json", "id", lambda _host, _port: True, lambda _host: 0
        )

    at_once(lambda key: one().settle(key, [80]))
    at_once(lambda key: one().uid(key, lambda _uid: False))
    assert one().addresses().keys() == one().uids().keys() == {*EVERY}
    assert len({address.host for address in one().addresses().values()}) == len(EVERY)
    assert len({*one().uids().values()}) == len(EVERY)
