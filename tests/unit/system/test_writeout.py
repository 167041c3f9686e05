"""What was written is on the disk: a file system at once, or file by file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from partywall.model.errors import MachineFailed
from partywall.system import writeout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two files, a folder, and a link to nowhere."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "one").write_text("1")
    (tmp_path / "inner" / "two").write_text("2")
    (tmp_path / "link").symlink_to("nowhere")
    return tmp_path


def _memory(monkeypatch: pytest.MonkeyPatch, folder: Path, dirty: int, writeback: int) -> None:
    path = folder / "meminfo"
    path.write_text(f"MemFree: 1 kB\nDirty:      {dirty} kB\nWriteback:  {writeback} kB\n")
    monkeypatch.setattr(writeout, "_MEMORY", path)


def _synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def noted(handle: int) -> None:
        found.append(Path(f"/proc/self/fd/{handle}").readlink().name)

    monkeypatch.setattr(os, "fsync", noted)
    return found


def test_where_much_waits_each_file_and_folder_is_asked_for(
    tree: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    _memory(monkeypatch, tmp_path_factory.mktemp("other"), 40 << 10, 40 << 10)
    found = _synced(monkeypatch)
    writeout.sync_tree(tree)
    assert sorted(found) == sorted([tree.name, "one", "inner", "two"])


def test_where_little_waits_the_file_system_is_asked_once(
    tree: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    _memory(monkeypatch, tmp_path_factory.mktemp("other"), 30 << 10, 30 << 10)
    found = _synced(monkeypatch)
    writeout.sync_tree(tree)
    assert found == []


def test_what_the_machine_says_is_read() -> None:
    assert writeout.waiting() >= 0


@pytest.mark.parametrize("waiting", [0, 1 << 40])
def test_a_folder_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waiting: int
) -> None:
    monkeypatch.setattr(writeout, "waiting", lambda: waiting)
    with pytest.raises(MachineFailed, match="none"):
        writeout.sync_tree(tmp_path / "none")


def test_a_disk_that_does_not_take_it_is_said(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        @staticmethod
        def syncfs(_handle: int) -> int:
            return -1

    monkeypatch.setattr(writeout, "waiting", lambda: 0)
    monkeypatch.setattr(writeout, "_libc", Refusing)
    with pytest.raises(MachineFailed):
        writeout.sync_tree(tree)
