"""What the sweep takes away and what it leaves; snapshots that are dropped, in the right order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from partywall.execution.owner import Owner, myself
from partywall.model.errors import BadInput, MachineFailed
from partywall.workflows.snapshots import keeping, stores, sweep
from partywall.workflows.snapshots import store as stored
from partywall.workflows.snapshots.store import Clone, Snapshot, Store
from unit.snapshots.test_snapshot_store import ONE, put

GONE = Owner(pid=1, start="long ago", user="root")
NOW = 1_000_000.0
READY = Clone(
    name="open-1", snapshot=ONE, maker=GONE, made=NOW, until=NOW + 60, host="127.0.0.1", port=5432
)


class Hands:
    """Servers on copies, as they are said to run one time after the other."""

    def __init__(self, *running: frozenset[str]) -> None:
        self._running = list(running)
        self.killed: list[str] = []

    def running(self) -> frozenset[str]:
        """The next answer; the last one stays."""
        return self._running.pop(0) if len(self._running) > 1 else self._running[0]

    def kill(self, name: str) -> None:
        """It is noted."""
        self.killed.append(name)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The only one."""
    found = Store(tmp_path)
    monkeypatch.setattr(sweep, "stores", lambda _project: [found])
    monkeypatch.setattr(stores, "stores", lambda _project: [found])
    return found


def project(*running: frozenset[str]) -> Any:
    """One on whose machine servers run."""
    hands = Hands(*(running or (frozenset(),)))
    return SimpleNamespace(
        engine=SimpleNamespace(throwaways=lambda: hands), clock=SimpleNamespace(now=lambda: NOW)
    )


def clone(store: Store, record: Clone) -> Path:
    """One that is recorded."""
    folder = store.clone(record.name)
    (folder / "data").mkdir(parents=True)
    stored.write_clone(folder, record)
    return folder


def held(store: Store, holder: Owner, name: str) -> Snapshot:
    """A snapshot that somebody took for himself, the newest."""
    one = msgspec.structs.replace(ONE, id=name, made=ONE.made + 1, holder=holder)
    put(store, one)
    return one


def test_a_clone_is_over_when_it_was_ready_and_only_then_by_time() -> None:
    late, running = NOW + 3600, frozenset({"open-1"})
    making = msgspec.structs.replace(READY, host="", maker=myself())
    assert sweep.over(making, frozenset(), late) == ""
    assert sweep.over(msgspec.structs.replace(making, maker=GONE), running, NOW) != ""
    assert sweep.over(READY, running, NOW) == ""
    assert "time" in sweep.over(READY, running, late)
    assert "ended" in sweep.over(READY, frozenset(), NOW)


def test_a_clone_that_is_being_made_for_longer_than_it_is_to_stay_is_left(store: Store) -> None:
    making = msgspec.structs.replace(READY, host="", maker=myself(), until=NOW - 1)
    folder = clone(store, making)
    assert sweep.sweep(project()) == []
    assert folder.is_dir()


def test_a_clone_that_became_ready_meanwhile_is_left(store: Store) -> None:
    folder = clone(store, READY)
    assert sweep.sweep(project(frozenset(), frozenset({"open-1"}))) == []
    assert folder.is_dir()


def test_a_clone_that_was_handed_over_meanwhile_is_left(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clone(store, READY)
    making = msgspec.structs.replace(READY, host="")
    monkeypatch.setattr(store, "open", lambda: [making])
    assert sweep.sweep(project(frozenset({"open-1"}))) == []
    assert folder.is_dir()


def test_a_clone_whose_server_has_ended_goes(store: Store) -> None:
    folder = clone(store, READY)
    assert sweep.sweep(project()) == ["closed open-1: its server had ended"]
    assert not folder.exists()


def test_a_snapshot_is_dropped_from_a_full_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, ONE)
    full_disk(monkeypatch)
    assert keeping.drop(project(), ONE.id) == ONE.id
    assert list(store.snapshots.iterdir()) == []


def test_one_that_is_dropped_from_a_full_disk_by_who_is_killed_is_swept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(store, ONE)
    full_disk(monkeypatch)
    monkeypatch.setattr(sweep, "remove", lambda _folder: None)
    keeping.drop(project(), ONE.id)
    assert store.all() == []
    assert not folder.exists()
    later = project()
    later.clock.now = lambda: next(store.snapshots.iterdir()).stat().st_mtime + 120
    assert ["what was left" in said for said in sweep.sweep(later)] == [True]
    assert list(store.snapshots.iterdir()) == []


def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No record can be written."""

    def full(folder: Path, record: object) -> None:
        del folder, record
        raise MachineFailed("cannot write: no space left on device")

    monkeypatch.setattr(sweep, "write_making", full)


def test_dropping_what_somebody_else_dropped_leaves_nothing(store: Store) -> None:
    put(store, ONE)
    keeping.drop(project(), ONE.id)
    sweep.drop(store, ONE)
    assert list(store.snapshots.iterdir()) == []
    keeping.drop_own(project(), ONE)
    with pytest.raises(BadInput):
        keeping.drop(project(), ONE.id)


def test_what_somebody_took_for_himself_is_neither_the_latest_nor_surplus(store: Store) -> None:
    put(store, ONE)
    mine = held(store, myself(), "20260102-000000-abcd")
    assert stores.find(project(), "latest")[1] == ONE
    assert stores.find(project(), mine.id)[1] == mine
    assert keeping.surplus(project(), 0) == [ONE]
    assert sweep.sweep(project()) == []
    keeping.drop_own(project(), mine)
    assert store.all() == [ONE]


def test_what_somebody_took_for_himself_goes_without_him(store: Store) -> None:
    put(store, ONE)
    theirs = held(store, GONE, "20260102-000000-abcd")
    assert theirs.id in "".join(sweep.sweep(project()))
    assert store.all() == [ONE]


def test_copies_are_closed_though_a_snapshots_record_is_damaged(store: Store) -> None:
    (put(store, ONE) / "snapshot.json").write_text("{")
    clone(store, READY)
    assert sweep.sweep(project()) == ["closed open-1: its server had ended"]
