"""Copies of a snapshot before and when their servers start: whole, in time, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import psycopg
import pytest

from partywall.interfaces import Door, Throwaway
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.system.treecopy import Copied, Mode
from partywall.workflows.snapshots import starting
from partywall.workflows.snapshots import store as stored
from partywall.workflows.snapshots.starting import Start
from partywall.workflows.snapshots.store import Snapshot, Store
from unit.snapshots.test_snapshot_store import ONE, put


class Clock:
    """Time that passes only when it is told."""

    def __init__(self) -> None:
        self.moment = 1000.0

    def now(self) -> float:
        """The moment."""
        return self.moment


class Hands:
    """Servers that are started at once, and what was asked of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.started: list[tuple[float, Throwaway]] = []

    def owner(self, like: object, data: Path) -> int | None:
        """Nobody else."""
        del like, data

    def start(self, wanted: Throwaway) -> Door:
        """It is noted when."""
        self.started.append((self._clock.now(), wanted))
        return Door(host="127.0.0.1", port=5432)

    def kill(self, name: str) -> None:
        """There is none."""


class Machine:
    """A store with a snapshot, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.store, self.clock = Store(folder), Clock()
        self.hands = Hands(self.clock)
        engine = SimpleNamespace(throwaways=lambda: self.hands)
        self.project: Any = SimpleNamespace(engine=engine, clock=self.clock)

    def start(self, snapshot: Snapshot) -> Start:
        """The start of a server on a snapshot."""
        return Start(self.project, self.store, snapshot, self.store.place(snapshot.id))

    def drop(self) -> None:
        """Somebody drops the snapshot."""
        self.store.place(ONE.id).rename(self.store.draft("dropped"))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One whose disk has room, and whose servers let everybody in."""
    found = Machine(tmp_path)
    place = put(found.store, ONE)
    (place / "data" / "PG_VERSION").write_text("18\n")
    stored.write_password(place, Secret("word"))
    monkeypatch.setattr(starting.room, "for_copy", lambda *_words: None)
    monkeypatch.setattr(starting.servers, "come_in", lambda *_words, **_more: session())
    return found


@contextmanager
def session() -> Iterator[str]:
    """A session with a server."""
    yield "session"


def test_what_is_dropped_while_it_is_copied_does_not_open(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(source: Path, target: Path, mode: Mode, skips: object) -> Copied:
        del source, target, mode, skips
        machine.drop()
        return Copied()

    monkeypatch.setattr(starting, "copy_tree", overtaken)
    with (
        pytest.raises(MachineFailed, match=f"snapshot {ONE.id} was dropped meanwhile"),
        machine.start(ONE).copied(60),
    ):
        pytest.fail("it was opened")
    assert list(machine.store.clones.iterdir()) == []


def test_what_is_dropped_before_it_is_copied_does_not_open(machine: Machine) -> None:
    machine.drop()
    with (
        pytest.raises(MachineFailed, match="was dropped meanwhile"),
        machine.start(ONE).copied(60),
    ):
        pytest.fail("it was opened")


def test_what_is_dropped_before_its_password_is_read_does_not_open(machine: Machine) -> None:
    with machine.start(ONE).copied(60) as copy:
        machine.drop()
        with pytest.raises(MachineFailed, match="was dropped meanwhile"):
            copy.opened()


def test_the_time_of_a_copy_counts_from_the_start_of_its_server(machine: Machine) -> None:
    with machine.start(ONE).copied(60) as copy:
        machine.clock.moment += 3600  # so long did it take to be made
        opened = starting.stay(machine.store, copy.opened(), ONE, waiting=False)
    ((moment, wanted),) = machine.hands.started
    assert wanted.seconds == 60
    assert opened.clone.until == moment + 60
    assert machine.store.open() == [opened.clone]


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (
            psycopg.errors.DiskFull("no space left\nCONTEXT: x"),
            "did not do its part: no space left\n  do",
        ),
        (psycopg.OperationalError(), "did not do its part: no word"),
    ],
)
def test_what_its_server_says_is_said(machine: Machine, raised: Exception, said: str) -> None:
    def look(_connection: object, _enter: object) -> None:
        raise raised

    with machine.start(ONE).copied(60) as copy, pytest.raises(MachineFailed) as error:
        copy.opened(look)
    assert error.match(said)
    assert error.value.remedy


def test_a_server_that_is_not_out_yet_shares_blocks_of_databases(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting.treecopy, "clones", lambda *_words: True)
    monkeypatch.setattr(starting, "copy_tree", lambda *_words: Copied())
    for version, able in (("19beta1", True), ("17.6", False)):
        one = msgspec.structs.replace(ONE, postgres=version)
        with machine.start(one).copied(60) as copy:
            copy.opened()
        assert ("file_copy_method" in machine.hands.started[-1][1].settings) is able
