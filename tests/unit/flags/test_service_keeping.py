"""The file of counts: written whole, read back, moved aside where it is damaged; and read by us."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from partywall.flags import counts as read_by_us
from partywall.flags.service.keeping import ASIDE, NAME, Keeping
from partywall.model.errors import MachineFailed


def ended() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


def kept(keeping: Keeping) -> Keeping:
    async def once() -> None:
        event = asyncio.Event()
        asyncio.get_running_loop().call_soon(event.set)
        await keeping.keep(event)

    asyncio.run(once())
    return keeping


def test_what_was_counted_is_there_for_us_and_for_the_next_run(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    keeping.counts.evaluated("f", "on", "anna", "single")
    keeping.counts.became("f", "on", "bought", "anna")
    kept(keeping)
    found = read_by_us.read(tmp_path)
    assert found.flags["f"].variants["on"].users == 1
    assert found.flags["f"].variants["on"].evaluations == 1
    assert found.flags["f"].variants["on"].outcomes == {"bought": 1}
    assert found.flags["f"].last == found.flags["f"].variants["on"].last > found.since[:10]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    later = Keeping(tmp_path)
    later.counts.evaluated("f", "on", "anna", "bulk")
    kept(later)
    on = read_by_us.read(tmp_path).flags["f"].variants["on"]
    assert (on.users, on.users_before, on.evaluations) == (1, 1, 2)


def test_nothing_counted_is_nothing_written(tmp_path: Path) -> None:
    kept(Keeping(tmp_path))
    assert not [*tmp_path.iterdir()]
    assert read_by_us.read(tmp_path) == read_by_us.Counts()
    kept(Keeping(None)).counts.evaluated("f", "on", "", "single")


@pytest.mark.parametrize("damaged", [b"", b"{", b"\xff", b"[]", b'{"version": 2}', b"[" * 90_000])
def test_damaged_counts_are_moved_aside(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / NAME).write_bytes(damaged)
    with pytest.raises(MachineFailed, match="damaged"):
        read_by_us.read(tmp_path)
    keeping = Keeping(tmp_path)
    assert (tmp_path / ASIDE).read_bytes() == damaged
    keeping.counts.evaluated("f", "on", "", "single")
    assert not kept(keeping).trouble
    assert [*read_by_us.read(tmp_path).flags] == ["f"]


def test_another_version_is_not_guessed_at(tmp_path: Path) -> None:
    text = b'{"version": 2, "since": "", "written": "", "flags": {}}'
    (tmp_path / NAME).write_bytes(text)
    with pytest.raises(MachineFailed, match="version 2"):
        read_by_us.read(tmp_path)


def test_a_flag_that_was_never_evaluated_has_no_time() -> None:
    flag = read_by_us.Flag(users_full=False, outcomes_full=False, variants={})
    assert flag.last == ""


def test_a_folder_that_cannot_be_written_is_said_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    keeping = Keeping(folder)
    keeping.counts.evaluated("f", "on", "", "single")
    assert kept(kept(keeping)).trouble == "counts.json cannot be written: No such file or directory"
    assert len(caplog.records) == 1
    folder.mkdir()
    assert not kept(keeping).trouble
    assert [*read_by_us.read(folder).flags] == ["f"]
