"""What is recorded of snapshots: which count, which are being made, and of what."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from partywall.execution.owner import Owner, myself
from partywall.model.app import Role
from partywall.model.errors import MachineFailed, Refused
from partywall.model.secret import Secret
from partywall.model.world import Instance
from partywall.system.git import remove_tree
from partywall.system.treerefresh import Known, Mark
from partywall.workflows.snapshots import store as stored
from partywall.workflows.snapshots.store import Clone, Making, Origin, Snapshot, Store
from partywall.workflows.snapshots.sweep import remove

ONE = Snapshot(
    id="20260101-000000-abcd", environment="prod", service="db", server="prod/db",
    like=Instance(key="prod/db", service="db", role=Role.DATABASE), database="app", owner="app",
    admin="app", made=1000.0, method="reflink", seconds=1.0, bytes=1, postgres="18.1",
    verified=("app",),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty one."""
    return Store(tmp_path)


def put(store: Store, snapshot: Snapshot) -> Path:
    """A snapshot that is there."""
    folder = store.place(snapshot.id)
    (folder / "data").mkdir(parents=True)
    stored.write_snapshot(folder, snapshot)
    return folder


def test_the_oldest_comes_first(store: Store) -> None:
    later = msgspec.structs.replace(ONE, id="a-later-one", made=2000.0)
    put(store, later)
    put(store, ONE)
    assert store.all() == [ONE, later]


def test_what_is_being_made_is_none_yet(store: Store) -> None:
    draft = store.draft(ONE.id)
    draft.mkdir(parents=True)
    stored.write_making(draft, Making(name=ONE.id, maker=myself()))
    stored.write_snapshot(draft, ONE)
    assert store.all() == []
    assert [record.name for _, record in store.making()] == [ONE.id]


def test_what_says_nothing_of_itself_is_abandoned_after_a_while(store: Store) -> None:
    put(store, ONE)
    made = store.draft("known")
    made.mkdir()
    stored.write_making(made, Making(name="known", maker=myself()))
    left = [store.draft("left"), store.clone("open-left")]
    for folder in left:
        (folder / "data").mkdir(parents=True)
    now = left[-1].stat().st_mtime
    assert store.abandoned(now - 60) == [], "somebody may just have begun"
    assert store.abandoned(now + 60) == left


def test_what_is_removed_is_known_until_the_last(store: Store, tmp_path: Path) -> None:
    folder = store.draft("going")
    (folder / "data").mkdir(parents=True)
    (folder / "other").write_text("x")
    stored.write_making(folder, Making(name="going", maker=myself()))
    seen = []
    inner = folder / "data"

    def watching(path: Path) -> None:
        seen.append((path.name, (folder / "making.json").exists()))
        remove_tree(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("partywall.workflows.snapshots.sweep.remove_tree", watching)
        remove(folder)
    assert not inner.exists()
    assert not folder.exists()
    assert all(known for _, known in seen)
    remove(folder)


def test_raw_data_know_what_they_were_copied_from(store: Store) -> None:
    folder = put(store, ONE)
    assert stored.origin(folder) is None
    record = Origin(
        mark="7", data="/data", known=Known(moment=5, marks={"base/1": Mark(1, 2, 3, 4)})
    )
    stored.write_origin(folder, record)
    assert stored.origin(folder) == record
    stored.write_first(folder, Secret("production's"))
    assert stored.first(folder).reveal() == "production's"
    assert (folder / "first").stat().st_mode & 0o777 == 0o600


def test_passwords_are_apart_and_for_nobody_else(store: Store) -> None:
    folder = put(store, ONE)
    stored.write_password(folder, Secret("word"))
    assert stored.password(folder).reveal() == "word"
    assert (folder / "password").stat().st_mode & 0o777 == 0o600
    assert "word" not in (folder / "snapshot.json").read_text()


def test_a_clone_knows_its_snapshot_though_that_is_gone(store: Store) -> None:
    clone = Clone(
        name="open-1", snapshot=ONE, maker=Owner(pid=1, start="1", user="root"), made=1.0, until=2.0
    )
    folder = store.clone("open-1")
    folder.mkdir(parents=True)
    stored.write_clone(folder, clone)
    assert store.open() == [clone]


def test_damage_and_a_newer_version_are_said(store: Store) -> None:
    record = put(store, ONE) / "snapshot.json"
    text = record.read_text()
    record.write_text("{")
    with pytest.raises(MachineFailed, match="damaged"):
        store.all()
    record.write_text(text.replace(f'"version": {stored.VERSION}', '"version": 99'))
    with pytest.raises(Refused):
        store.all()


@pytest.mark.parametrize("left", ["", "{", '{"version": 1}', "\0\0\0"])
def test_what_a_power_cut_left_of_a_record_is_none_and_its_folder_goes(
    store: Store, left: str
) -> None:
    put(store, ONE)
    folders = [store.draft("cut"), store.clone("open-cut")]
    for folder, name in zip(folders, ("making.json", "clone.json"), strict=True):
        folder.mkdir(parents=True)
        (folder / name).write_text(left)
    assert store.making() == []
    assert store.open() == []
    assert store.opened("open-cut") is None
    assert store.abandoned(folders[-1].stat().st_mtime + 60) == folders
    assert store.all() == [ONE]


def test_what_a_newer_version_is_making_is_left_alone(store: Store) -> None:
    folders = [store.draft("newer"), store.clone("open-newer")]
    for folder, name in zip(folders, ("making.json", "clone.json"), strict=True):
        folder.mkdir(parents=True)
        (folder / name).write_text('{"version": 99}')
    for asked in (store.making, store.open, lambda: store.abandoned(0.0)):
        with pytest.raises(Refused):
            asked()


def test_a_record_from_before_there_were_holders_opens(store: Store) -> None:
    record = put(store, ONE) / "snapshot.json"
    fields = json.loads(record.read_text())
    del fields["holder"]
    record.write_text(json.dumps(fields))
    assert store.all() == [ONE]
