"""Copies of folders that change meanwhile."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from partywall.model.errors import MachineFailed, Place
from partywall.system.treecopy import Mode, clones, copy_file, copy_tree, still

READ = Mode(by_reference=False)


def made(folder: Path) -> Path:
    """A small tree."""
    (folder / "inner" / "empty").mkdir(parents=True)
    (folder / "one").write_bytes(b"1" * 70_000)
    (folder / "inner" / "two").write_text("two")
    (folder / "link").symlink_to("one")
    (folder / "one").chmod(0o640)
    return folder


def test_all_of_it_is_there_with_its_rights(tmp_path: Path) -> None:
    source = made(tmp_path / "a")
    done = copy_tree(source, tmp_path / "b", READ)
    assert (done.files, done.bytes) == (2, 70_003)
    assert (tmp_path / "b" / "one").read_bytes() == b"1" * 70_000
    assert (tmp_path / "b" / "one").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "b" / "link").readlink() == Path("one")
    assert (tmp_path / "b" / "inner" / "empty").is_dir()


def test_what_is_left_out_is_left_out_whole(tmp_path: Path) -> None:
    source = made(tmp_path / "a")
    copy_tree(source, tmp_path / "b", READ, lambda path: path == "inner")
    assert sorted(one.name for one in (tmp_path / "b").iterdir()) == ["link", "one"]


def test_a_file_that_vanishes_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(tmp_path / "a")
    opening = os.open

    def vanishing(path: str, *words: int) -> int:
        if path == str(source / "inner" / "two"):
            Path(path).unlink()
        return opening(path, *words)

    monkeypatch.setattr(os, "open", vanishing)
    assert copy_tree(source, tmp_path / "b", READ).files == 1
    assert not (tmp_path / "b" / "inner" / "two").exists()


def test_a_target_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    source = made(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine").write_text("mine")
    with pytest.raises(MachineFailed, match="copy"):
        copy_tree(source, tmp_path / "b", READ)
    assert (tmp_path / "b" / "mine").read_text() == "mine"


def test_a_file_that_is_not_there_has_no_size(tmp_path: Path) -> None:
    assert copy_file(tmp_path / "none", tmp_path / "to", READ) is None
    assert not (tmp_path / "to").exists()


def test_what_loses_its_name_while_it_is_read_is_not_whole(tmp_path: Path) -> None:
    source = made(tmp_path / "a")
    with still(source, "it was dropped"):
        copy_tree(source, tmp_path / "b", READ)
    with (
        pytest.raises(MachineFailed, match="it was dropped") as error,
        still(source, "it was dropped"),
    ):
        source.rename(tmp_path / "gone")
    assert error.value.where == Place(str(source))
    with pytest.raises(MachineFailed, match="it was dropped"), still(source, "it was dropped"):
        copy_tree(source, tmp_path / "c", READ)
    with pytest.raises(MachineFailed, match="copy"), still(tmp_path / "gone", "it was dropped"):
        copy_tree(tmp_path / "gone", tmp_path / "b", READ)


def test_trying_whether_blocks_are_shared_leaves_nothing_to_who_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(tmp_path / "a")
    (tmp_path / "b").mkdir()
    seen = []

    def looking(handle: int, request: int, other: int) -> int:
        del handle, request, other
        seen.append(list((tmp_path / "b").iterdir()))
        return 0

    monkeypatch.setattr(fcntl, "ioctl", looking)
    assert clones(source / "one", tmp_path / "b")
    assert seen == [[]]
    assert not clones(source / "none", tmp_path / "b")
