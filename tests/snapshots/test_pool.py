"""A real pool of XFS on a loop file: made, used, filled, grown, lost to a restart, and removed."""

from __future__ import annotations

import errno
import os
from io import BufferedWriter, RawIOBase
from pathlib import Path

import pytest

from partywall.execution.pool import Stage
from partywall.model.errors import BadInput, MachineFailed, Refused
from partywall.system.reflink import shares_blocks
from partywall.workflows import pool
from partywall.workflows.checks.pool import pool as check
from partywall.workflows.pool import staying
from partywall.workflows.pool.shown import Shown
from scenarios.installation import until
from snapshots.grounds import OTHERS, Ground, disk, run, small

pytestmark = pytest.mark.scenario

GIB = 1 << 30
SECRET = b"rows of a copy\n" * 1000


def put(ground: Ground, name: str = "clones/one/rows", data: bytes = SECRET) -> Path:
    """A file in the pool."""
    path = ground.pool / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_dry_run_shows_every_command_and_the_line_and_does_nothing(ground: Ground) -> None:
    said = ground.call("pool", "create", "--size", "2G", "--dry-run")
    for words in ("truncate -s 2147483648", "mkfs.xfs", "reflink=1", "mount -t xfs", "nofail"):
        assert words in said
    assert "takes disk only as it is filled" in said
    assert ground.gone()
    assert not ground.home.exists()


def test_it_is_made_once_shares_blocks_and_takes_only_what_is_in_it(ground: Ground) -> None:
    made = ground.document("pool", "create", "--size", "1G")
    assert [step["key"].rpartition("/")[2] for step in made["steps"]] == [
        "file", "file-system", "mount", "line",
    ]  # fmt: skip
    assert shares_blocks(ground.pool)
    assert ground.image.stat().st_mode & 0o777 == 0o600
    assert ground.image.stat().st_blocks * 512 < 100 << 20
    uuid = run("blkid", "-p", "-s", "UUID", "-o", "value", str(ground.image))
    assert ground.recorded is not None
    assert (ground.recorded.uuid, ground.recorded.stage) == (uuid, Stage.READY)
    put(ground)
    again = ground.document("pool", "create")
    assert again["changes"] == 0
    assert again["pool"]["clones"] == 1
    assert again["pool"]["mounted"] is again["pool"]["at_start"] is True
    assert pool.folder(ground.project) == ground.pool
    assert list(check(ground.project)) == []


def test_what_is_documented_is_shown(pooled: Ground) -> None:
    found = pooled.document("pool", "show")["pool"]
    assert set(found) == set(Shown.__struct_fields__)
    assert set(pooled.document("pool", "grow", "--by", "1G", "--dry-run")) == {
        "steps",
        "changes",
        "pool",
    }


def test_a_restart_takes_it_and_the_next_command_brings_it_back(pooled: Ground) -> None:
    path = put(pooled)
    pooled.reboot()
    assert pooled.document("pool", "show")["pool"]["mounted"] is False
    assert [one["level"] for one in check(pooled.project)] == ["wrong"]
    assert pool.folder(pooled.project) == pooled.pool
    assert path.read_bytes() == SECRET
    pooled.reboot()
    pooled.call("pool", "create")
    assert path.read_bytes() == SECRET


def test_the_line_itself_mounts_it_and_no_other_line_changed(pooled: Ground) -> None:
    path = put(pooled)
    pooled.reboot()
    run("mount", "--fstab", str(pooled.fstab), str(pooled.pool))
    assert path.read_bytes() == SECRET
    text = pooled.fstab.read_text()
    assert text.startswith(OTHERS)
    assert len(text.splitlines()) == len(OTHERS.splitlines()) + 2
    assert pool.folder(pooled.project) == pooled.pool


def test_a_line_that_somebody_took_out_is_found_and_put_back(pooled: Ground) -> None:
    pooled.fstab.write_text(OTHERS)
    assert [one["level"] for one in check(pooled.project)] == ["warning"]
    pooled.call("pool", "create")
    assert list(check(pooled.project)) == []


def test_a_folder_that_only_has_its_name_is_never_taken_for_it(pooled: Ground) -> None:
    put(pooled)
    pooled.reboot()
    (pooled.pool / "clones").mkdir()
    with pytest.raises(Refused, match="would be hidden"):
        pool.folder(pooled.project)
    (pooled.pool / "clones").rmdir()
    run("mount", "-t", "tmpfs", "tmpfs", str(pooled.pool))
    with pytest.raises(Refused, match="something else"):
        pool.folder(pooled.project)
    run("umount", str(pooled.pool))
    assert pool.folder(pooled.project) == pooled.pool


def test_a_file_that_is_gone_is_said_and_the_pool_can_be_forgotten(pooled: Ground) -> None:
    pooled.reboot()
    pooled.image.unlink()
    with pytest.raises(MachineFailed, match="not there any more"):
        pool.ensure_mounted(pooled.project)
    pooled.call("pool", "remove")
    assert pooled.gone()


def test_without_root_it_is_refused_with_the_command(pooled: Ground) -> None:
    pooled.reboot()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("partywall.system.machine.is_root", lambda: False)
        with pytest.raises(Refused, match="only root") as error:
            pool.folder(pooled.project)
    assert "mount -t xfs" in error.value.detail[0]


def test_it_grows_while_a_file_is_open(pooled: Ground) -> None:
    path = put(pooled)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        before = pool.room(pooled.pool)
        assert pooled.document("pool", "grow", "--by", "1G")["changes"] == 2
        assert pool.room(pooled.pool) - before > 0.9 * GIB
        file.write(SECRET)
    assert path.read_bytes() == SECRET * 2
    assert pooled.document("pool", "grow", "--size", "2G")["changes"] == 0
    assert "cannot be made smaller" in pooled.call("pool", "grow", "--size", "1G", code=2)
    pooled.reboot()
    assert pool.folder(pooled.project) == pooled.pool
    assert path.read_bytes() == SECRET * 2


def test_it_grows_on_demand_up_to_its_bound_and_says_so(
    able: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small(tmp_path / "disk", "3G") as folder:
        ground = Ground(folder)
        monkeypatch.setenv("PARTYWALL_FSTAB", str(ground.fstab))
        try:
            said = ground.call("pool", "create", "--size", "3G", code=3)
            assert "could fill the disk" in said
            assert "--size 2G" in said
            assert not ground.image.exists()
            ground.call("pool", "create", "--size", "1G")
            heard: list[str] = []
            pool.ensure_room(ground.project, 100 << 20, heard.append)
            assert heard == []
            pool.ensure_room(ground.project, 3 * GIB // 2, heard.append)
            assert heard == ["the pool grows from 1 GiB to 2 GiB"]
            assert pool.room(ground.pool) >= 3 * GIB // 2
            with pytest.raises(Refused, match="3 GiB are needed in the pool") as error:
                pool.ensure_room(ground.project, 3 * GIB, heard.append)
            assert "partywall snapshot prune" in error.value.remedy
            with (folder / "of production").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, 2 * GIB)
            with pytest.raises(Refused, match="the disk beneath has"):
                pool.ensure_room(ground.project, GIB, heard.append)
            assert len(heard) == 1
            ground.call("pool", "remove")
        finally:
            ground.close()


def test_a_full_pool_harms_nothing_but_the_write_that_filled_it(pooled: Ground) -> None:
    path = put(pooled)
    outside = pooled.folder / "production"
    outside.write_bytes(SECRET)
    free = os.statvfs(pooled.folder).f_bavail * os.statvfs(pooled.folder).f_frsize
    filler = put(pooled, "clones/two/filler")
    with filler.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, pool.room(pooled.pool) - (64 << 20))
        file.seek(0, os.SEEK_END)
        with pytest.raises(OSError, match="No space") as full:
            fill(file)
    assert full.value.errno == errno.ENOSPC
    assert [one["level"] for one in check(pooled.project)] == ["warning"]
    outside.write_bytes(SECRET * 2)
    with path.open("r+b") as file:
        file.write(SECRET[::-1])
        os.fsync(file.fileno())
    assert path.read_bytes() == SECRET[::-1]
    left = os.statvfs(pooled.folder).f_bavail * os.statvfs(pooled.folder).f_frsize
    assert free - left < GIB
    pooled.reboot()
    assert pool.folder(pooled.project) == pooled.pool
    assert path.read_bytes() == SECRET[::-1]
    filler.unlink()
    put(pooled, "clones/two/rows")


def test_a_disk_that_production_filled_harms_no_copy_that_is_there(
    able: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small(tmp_path / "disk", "2G") as folder:
        ground = Ground(folder)
        monkeypatch.setenv("PARTYWALL_FSTAB", str(ground.fstab))
        try:
            ground.call("pool", "create", "--size", "1G")
            path = put(ground)
            os.sync()
            with (folder / "of production").open("wb") as file:
                left = os.statvfs(folder)
                os.posix_fallocate(file.fileno(), 0, left.f_bavail * left.f_frsize)
            assert "more of the disk beneath" in next(check(ground.project))["what"]
            late = ground.pool / "clones" / "late"
            with late.open("wb") as file, pytest.raises(OSError, match="No space"):
                lasting(file, os.urandom(32 << 20))
            assert path.read_bytes() == SECRET
            (folder / "of production").unlink()
            ground.reboot()
            assert pool.folder(ground.project) == ground.pool
            assert path.read_bytes() == SECRET
            late.write_bytes(SECRET)
        finally:
            ground.close()


def lasting(file: BufferedWriter, data: bytes) -> None:
    """Write what is on disk when this returns."""
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def test_what_is_removed_in_it_is_given_back_to_the_disk(pooled: Ground) -> None:
    before = pooled.image.stat().st_blocks
    path = put(pooled, data=os.urandom(64 << 20))
    os.sync()
    assert pooled.image.stat().st_blocks * 512 > before * 512 + (60 << 20)
    path.unlink()
    pooled.reboot()
    assert pooled.image.stat().st_blocks * 512 < before * 512 + (8 << 20)


def test_it_is_removed_only_when_empty_and_not_in_use(pooled: Ground) -> None:
    path = put(pooled)
    assert "not empty: 1 in clones/" in pooled.call("pool", "remove", "--dry-run", code=3)
    assert "not empty: 1 in clones/" in pooled.call("pool", "remove", code=3)
    assert path.read_bytes() == SECRET
    put(pooled, "mine")
    path.unlink()
    path.parent.rmdir()
    assert "not empty: mine" in pooled.call("pool", "remove", code=3)
    with (pooled.pool / "mine").open("ab") as file:
        (pooled.pool / "mine").unlink()
        assert "keep others from writing" in pooled.call("pool", "remove", code=5)
        file.write(SECRET)
    standing = os.open(pooled.pool, os.O_RDONLY)
    try:
        assert "fuser -vm" in pooled.call("pool", "remove", code=5)
    finally:
        os.close(standing)
    assert pool.folder(pooled.project) == pooled.pool
    put(pooled, "clones/x").unlink()
    assert "rm " in pooled.call("pool", "remove", "--dry-run")
    assert pooled.document("pool", "remove")["pool"] is None
    assert pooled.gone()
    assert "there is no pool" in pooled.call("pool", "remove", code=2)


def test_what_stays_is_said_and_nothing_takes_it_by_the_way(pooled: Ground) -> None:
    assert "the pool of 1 GiB" in pooled.call("destroy", "--all", "--dry-run")
    path = put(pooled)
    pooled.call("destroy", "--all", "--yes")
    assert path.read_bytes() == SECRET
    with pytest.raises(Refused, match="which would go with"):
        staying.refuse_there(pooled.project)


def fill(file: RawIOBase) -> None:
    """Write until it fails."""
    while True:
        file.write(os.urandom(1 << 20))


def test_there_is_none(ground: Ground) -> None:
    assert ground.document("pool", "show") == {"pool": None}
    assert pool.folder(ground.project) is pool.ensure_mounted(ground.project) is None
    with pytest.raises(BadInput, match="there is no pool"):
        pool.ensure_room(ground.project, 1, print)
    assert list(check(ground.project)) == []
    assert list(staying.notes(ground.project)) == []


def test_it_can_be_on_a_disk_which_is_never_wiped(ground: Ground, tmp_path: Path) -> None:
    with disk(tmp_path, 2 * GIB) as device:
        refused = ground.call("pool", "create", "--device", device, code=3)
        assert "nobody can be asked" in refused
        ground.call("pool", "create", "--device", device, "--yes")
        path = put(ground)
        ground.reboot()
        assert pool.folder(ground.project) == ground.pool
        assert path.read_bytes() == SECRET
        assert "UUID=" in ground.fstab.read_text()
        assert f"{device} has no more" in str(refusal(ground))
        path.unlink()
        path.parent.rmdir()
        assert f"wipefs -a {device}" in ground.call("pool", "remove")
        assert ground.gone()
        said = ground.call("pool", "create", "--device", device, "--yes", code=3)
        assert "holds something already" in said
        assert "xfs" in said
        assert ground.gone()


def test_a_disk_that_became_larger_is_filled(ground: Ground, tmp_path: Path) -> None:
    with disk(tmp_path, 2 * GIB) as device:
        ground.call("pool", "create", "--device", device, "--yes")
        os.truncate(tmp_path / "disk", 3 * GIB)
        run("losetup", "-c", device)
        assert "has all of" in ground.call("pool", "grow", "--by", "1G", code=2)
        assert ground.document("pool", "grow")["changes"] == 1
        assert pool.room(ground.pool) > 2.7 * GIB
        assert ground.document("pool", "grow")["changes"] == 0
        ground.call("pool", "remove")


def test_a_disk_that_has_another_name_by_now_is_found(ground: Ground, tmp_path: Path) -> None:
    with disk(tmp_path, 2 * GIB) as device:
        ground.call("pool", "create", "--device", device, "--yes")
        path = put(ground)
        ground.reboot()
        recorded = (ground.home / "pool.json").read_text()
        (ground.home / "pool.json").write_text(recorded.replace(device, "/dev/gone"))
        assert pool.folder(ground.project) == ground.pool
        assert path.read_bytes() == SECRET
        assert "not empty" in ground.call("pool", "remove", code=3)
        ground.reboot()
    # The kernel lets go of it when nobody has it open any more.
    until(lambda: not run("losetup", "-j", str(tmp_path / "disk")), what="the device is gone")
    with pytest.raises(MachineFailed, match="not there any more"):
        pool.folder(ground.project)
    ground.call("pool", "remove")
    assert ground.gone()


def refusal(ground: Ground) -> Refused:
    """What is said when a disk has no more room."""
    with pytest.raises(Refused) as error:
        pool.ensure_room(ground.project, 10 * GIB, print)
    return error.value


def test_a_disk_that_is_in_use_or_none_is_refused(ground: Ground, tmp_path: Path) -> None:
    with disk(tmp_path, 2 * GIB) as device:
        run("mkfs.xfs", "-q", device)
        (tmp_path / "there").mkdir()
        run("mount", device, str(tmp_path / "there"))
        try:
            said = ground.call("pool", "create", "--device", device, "--yes", code=3)
        finally:
            run("umount", str(tmp_path / "there"))
        assert "in use" in said
    assert "is no disk" in ground.call("pool", "create", "--device", str(tmp_path), code=2)
    assert ground.gone()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--size", "100M"), "too small"),
        (("--size", "much"), "no size such as"),
        (("--size", "2G", "--device", "/dev/null"), "leave out `--size`"),
    ],
)
def test_what_cannot_be_meant_is_said(ground: Ground, words: tuple[str, ...], said: str) -> None:
    assert said in ground.call("pool", "create", *words, code=2)
    assert ground.gone()


@pytest.mark.parametrize(
    ("name", "words"),
    [("mkfs.xfs", "no such thing"), ("mount", "failed to setup loop device")],
)
def test_where_a_tool_fails_its_last_words_are_said_and_nothing_is_left(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    tool = tmp_path / "bin" / name
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 32\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    said = ground.call("pool", "create", "--size", "1G", code=5)
    assert words in said
    assert ground.gone()


def test_two_at_once_make_one(ground: Ground) -> None:
    both = [ground.start("pool", "create", "--size", "1G") for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert len(ground.loops()) == 1
    assert pool.folder(ground.project) == ground.pool
    assert list(check(ground.project)) == []


def test_another_one_is_not_made_beside_it(pooled: Ground) -> None:
    assert "a pool of 1 GiB already" in pooled.call("pool", "create", "--size", "2G", code=2)
    assert "on a file" in pooled.call("pool", "create", "--device", "/dev/null", code=2)
