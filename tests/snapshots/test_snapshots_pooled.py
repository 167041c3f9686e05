"""Production where no blocks are shared: one copy goes into a pool, others come from it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from partywall.workflows.pool import ground as grounds
from scenarios.installation import until
from snapshots.grounds import mounted, run
from snapshots.places import Project, embedded
from snapshots.traffic import Traffic, consistent, prepare

pytestmark = pytest.mark.scenario


@pytest.fixture
def plain(able: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Production on ext4, up, with four tables."""
    monkeypatch.setenv(grounds.VARIABLE, str(tmp_path / "fstab"))
    tmp_path.chmod(0o755)
    with mounted(tmp_path, "ext4", 6 << 30) as point, embedded(point) as made:
        with made.production() as connection:
            prepare(connection)
        try:
            yield made
        finally:
            made.call("snapshot", "close", "--all")
            made.call("snapshot", "prune", "--keep", "0")
            made.call("pool", "remove", code=None)


def test_without_a_pool_it_is_copied_and_said_why(plain: Project) -> None:
    taken = plain.document("snapshot", "take")
    assert taken["method"] == "base-backup"
    assert "shares blocks" in taken["why"][0]
    opened = plain.document("snapshot", "open", "--reveal")
    with plain.enter(opened) as copy:
        consistent(copy)


def test_a_pool_holds_one_copy_and_clones_of_it_take_no_room(plain: Project) -> None:
    plain.call("pool", "create", "--size", "1G")
    pool = plain.home / "pool"
    with Traffic(plain.production, 200) as traffic:
        until(lambda: traffic.done > 20)
        taken = plain.document("snapshot", "take")
    assert traffic.failed == []
    assert taken["method"] == "base-backup"
    assert (pool / "snapshots" / taken["id"]).is_dir()
    before = used(pool)
    opened = [plain.document("snapshot", "open", "--reveal") for _ in range(3)]
    for one in opened:
        with plain.enter(one) as copy:
            consistent(copy)
    assert (used(pool) - before) / 3 < taken["bytes"] / 2


def test_the_next_copy_takes_over_only_what_has_changed(plain: Project) -> None:
    plain.call("pool", "create", "--size", "2G")
    with plain.production() as connection:
        connection.execute(
            "CREATE TABLE cold AS SELECT i, repeat(md5(i::text), 20) AS t "
            "FROM generate_series(1, 200000) i"
        )
        connection.execute("CHECKPOINT")
    time.sleep(3)  # what was written in the last moments is not trusted to be old
    first = plain.document("snapshot", "take")
    assert first["notes"] == []
    pool = plain.home / "pool"
    before = used(pool)
    with Traffic(plain.production, 200) as traffic:
        until(lambda: traffic.done > 50)
        second = plain.document("snapshot", "take", "--open", "--reveal")
    assert traffic.failed == []
    assert first["id"] in second["notes"][0]
    # Its log, and what its server wrote, are its own.
    assert used(pool) - before < second["bytes"] / 2
    with plain.enter(second["open"]) as copy:
        assert consistent(copy) >= 50
        assert copy.execute("SELECT count(*), sum(i) FROM cold").fetchone() == (200000, 20000100000)
    plain.call("snapshot", "close", "--all")
    plain.call("snapshot", "drop", first["id"])
    with plain.production() as connection:
        connection.execute("UPDATE cold SET t = 'changed' WHERE i % 1000 = 0")
        connection.execute("CREATE TABLE later AS SELECT 1 AS one")
    third = plain.document("snapshot", "take", "--open", "--reveal")
    with plain.enter(third["open"]) as copy:
        row = copy.execute("SELECT count(*) FROM cold WHERE t = 'changed'").fetchone()
        assert row == (200,)
        assert copy.execute("SELECT one FROM later").fetchone() == (1,)


def test_after_a_restart_of_the_machine_snapshots_are_there(plain: Project) -> None:
    plain.call("pool", "create", "--size", "1G")
    taken = plain.document("snapshot", "take")
    run("umount", str(plain.home / "pool"))
    listed = plain.document("snapshot", "list")["snapshots"]
    assert [one["id"] for one in listed] == [taken["id"]]
    opened = plain.document("snapshot", "open", "--reveal")
    with plain.enter(opened) as copy:
        consistent(copy)


def test_a_full_pool_is_said_and_harms_nobody(plain: Project) -> None:
    plain.call("pool", "create", "--size", "1G")
    plain.call("snapshot", "take")
    opened = plain.document("snapshot", "open", "--reveal")
    filling = plain.home.parent / "filling"
    with Traffic(plain.production, 100) as traffic:
        until(lambda: traffic.done > 5)
        # The disk beneath is full, too: the pool cannot grow.
        free = os.statvfs(filling.parent)
        run("fallocate", "-l", str(int(free.f_bavail * free.f_frsize * 0.93)), str(filling))
        run("fallocate", "-l", str(pool_free(plain) - (64 << 20)), str(plain.home / "pool" / "x"))
        said = plain.call("snapshot", "take", code=3).err
        with plain.enter(opened) as copy:
            consistent(copy)
    assert "Mi" in said
    assert "do:" in said
    assert traffic.failed == []
    assert len(plain.document("snapshot", "list")["snapshots"]) == 1
    filling.unlink()
    (plain.home / "pool" / "x").unlink()


def used(folder: Path) -> int:
    """Bytes that its file system has given away."""
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def pool_free(project: Project) -> int:
    """Bytes that may be written into its pool."""
    found = os.statvfs(project.home / "pool")
    return found.f_bavail * found.f_frsize
