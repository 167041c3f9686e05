"""Copies of folders brought up to date: what changed is there, and nothing else was written."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from partywall.model.errors import MachineFailed
from partywall.system.treecopy import Mode
from partywall.system.treerefresh import NOTHING, Known, Refreshed, refresh_tree, stale

READ = Mode(by_reference=False)
LONG_AGO = 1_700_000_000_000_000_000


def nothing(_path: str) -> bool:
    """Leaves nothing out."""
    return False


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A tree whose files were written long ago."""
    folder = tmp_path / "source"
    (folder / "base" / "5").mkdir(parents=True)
    (folder / "base" / "5" / "cold").write_bytes(b"c" * 50_000)
    (folder / "base" / "5" / "hot").write_bytes(bytes(range(256)) * 4096)
    (folder / "link").symlink_to("base")
    aged(folder)
    return folder


def aged(folder: Path) -> None:
    """Have all files be old; that they were changed at all the kernel does not let us hide."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, ns=(LONG_AGO, LONG_AGO))


def known_later(done: Refreshed) -> Known:
    """The same, as if it had been looked at some time after the files were written."""
    return Known(moment=time.time_ns() + 10_000_000_000, marks=done.known.marks)


def same(one: Path, other: Path) -> None:
    """Both hold the same."""
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*"))
    assert names == sorted(str(path.relative_to(other)) for path in other.rglob("*"))
    for name in names:
        assert (one / name).is_symlink() == (other / name).is_symlink()
        if (one / name).is_file():
            assert (one / name).read_bytes() == (other / name).read_bytes()


def test_of_nothing_it_makes_a_whole_copy(source: Path, tmp_path: Path) -> None:
    done = refresh_tree(source, tmp_path / "copy", READ, nothing, NOTHING)
    same(source, tmp_path / "copy")
    assert done.whole == done.changed
    assert done.whole.files == 2
    assert done.whole.bytes == 50_000 + (1 << 20)


def test_what_has_not_changed_is_not_even_read(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    (copy / "base" / "5" / "cold").write_bytes(b"a mark that shows it was left as it is")
    with (source / "base" / "5" / "hot").open("r+b") as file:
        file.seek(300_000)
        file.write(b"new")
    known = known_later(first)
    assert stale(source, known) == 1 << 20
    done = refresh_tree(source, copy, READ, nothing, known)
    assert (done.whole.files, done.changed.files) == (2, 1)
    assert (copy / "base" / "5" / "cold").read_bytes().startswith(b"a mark")
    assert (copy / "base" / "5" / "hot").read_bytes() == (
        source / "base" / "5" / "hot"
    ).read_bytes()


def test_of_a_file_that_changed_only_other_pages_are_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    with (source / "base" / "5" / "hot").open("r+b") as file:
        file.seek(8192 * 3 + 5)
        file.write(b"new")
        file.seek(0, os.SEEK_END)
        file.write(b"and longer")
    written = []
    write = os.pwrite

    def counting(handle: int, data: bytes, at: int) -> int:
        written.append((at, len(data)))
        return write(handle, data, at)

    monkeypatch.setattr(os, "pwrite", counting)
    refresh_tree(source, copy, READ, nothing, known_later(first))
    assert written == [(8192 * 3, 8192), (1 << 20, 10)]
    same(source, copy)


def test_a_file_written_at_the_very_moment_is_looked_at_again(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    # Who writes now leaves the same size, and times that a coarse clock does not tell apart.
    (copy / "base" / "5" / "cold").write_bytes(b"x" * 50_000)
    done = refresh_tree(source, copy, READ, nothing, first.known)
    assert done.changed.files == 2
    same(source, copy)


def test_what_a_copy_lacks_is_copied_though_it_has_not_changed(
    source: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    (copy / "base" / "5" / "cold").unlink()
    done = refresh_tree(source, copy, READ, nothing, known_later(first))
    assert done.changed.files == 1
    same(source, copy)
    done = refresh_tree(source, tmp_path / "another", READ, nothing, known_later(first))
    assert done.changed.files == 2
    same(source, tmp_path / "another")


def test_a_file_put_in_the_place_of_another_is_another(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    fresh = source / "fresh"
    fresh.write_bytes(b"n" * 50_000)
    os.utime(fresh, ns=(LONG_AGO, LONG_AGO))
    fresh.replace(source / "base" / "5" / "cold")
    refresh_tree(source, copy, READ, nothing, known_later(first))
    same(source, copy)


def test_what_went_goes_and_what_became_something_else_does_so(
    source: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    (source / "base" / "5" / "hot").unlink()
    (source / "base" / "5" / "hot").mkdir()
    (source / "base" / "5" / "hot" / "inner").write_text("deep")
    (source / "base" / "5" / "cold").unlink()
    (source / "link").unlink()
    (source / "link").write_text("a file now")
    refresh_tree(source, copy, READ, nothing, known_later(first))
    same(source, copy)
    for path in (source / "base" / "5" / "hot" / "inner",):
        path.unlink()
    (source / "base" / "5" / "hot").rmdir()
    (source / "base" / "5" / "hot").write_text("a file again")
    refresh_tree(source, copy, READ, nothing, NOTHING)
    same(source, copy)


def test_what_is_left_out_is_taken_out_of_the_copy(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    refresh_tree(source, copy, READ, lambda path: path == "base", known_later(first))
    assert sorted(path.name for path in copy.iterdir()) == ["link"]


def test_shorter_files_are_shorter_in_the_copy(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    first = refresh_tree(source, copy, READ, nothing, NOTHING)
    os.truncate(source / "base" / "5" / "hot", 9_000)
    refresh_tree(source, copy, READ, nothing, known_later(first))
    same(source, copy)


def test_a_file_that_vanishes_meanwhile_is_left_out(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    refresh_tree(source, copy, READ, nothing, NOTHING)
    gone = source / "base" / "5" / "cold"
    opening = Path.open

    def vanishing(path: Path, mode: str = "r") -> object:
        if path == gone:
            path.unlink(missing_ok=True)
        return opening(path, mode)

    monkeypatch.setattr(Path, "open", vanishing)
    done = refresh_tree(source, copy, READ, nothing, NOTHING)
    assert done.whole.files == 1
    same(source, copy)


def test_what_cannot_be_read_is_said(source: Path, tmp_path: Path) -> None:
    with pytest.raises(MachineFailed, match="copy"):
        refresh_tree(tmp_path / "nowhere", tmp_path / "copy", READ, nothing, NOTHING)
    with pytest.raises(MachineFailed, match="read"):
        stale(tmp_path / "nowhere", NOTHING)
    assert stale(source, NOTHING, lambda path: path.endswith("hot")) == 50_000


def test_whatever_happens_in_between_the_copy_is_what_the_folder_is(tmp_path: Path) -> None:
    chance = random.Random(6)
    source, copy = tmp_path / "a", tmp_path / "b"
    source.mkdir()
    known = NOTHING
    for _ in range(60):
        for _ in range(chance.randrange(6)):
            disturb(source, chance)
        done = refresh_tree(source, copy, READ, nothing, known)
        known = known_later(done) if chance.random() < 0.5 else done.known
        same(source, copy)


def disturb(folder: Path, chance: random.Random) -> None:
    """Do something to one of a few files; a clock that ticks lets nobody write unseen."""
    path = folder / str(chance.randrange(4)) / str(chance.randrange(3))
    act = chance.randrange(4)
    time.sleep(0.005)
    if act == 0 and path.is_file():
        path.unlink()
    elif act == 1 and path.is_file():
        os.truncate(path, chance.randrange(path.stat().st_size + 1))
    elif act == 2 and path.is_file():
        with path.open("r+b") as file:
            file.seek(chance.randrange(20_000))
            file.write(chance.randbytes(chance.randrange(9_000)))
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(40_000)))
