"""What was being done to a pool when it was killed is brought to its end by the next command."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from partywall.execution.pool import Stage
from partywall.system.reflink import shares_blocks
from partywall.workflows import pool
from partywall.workflows.pool import steps
from snapshots.grounds import Ground, disk, run

pytestmark = pytest.mark.scenario

GIB = 1 << 30
DIE = "import os, signal\ndef die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
BETWEEN = DIE + (
    "from partywall.workflows.pool import steps\n"
    "steps.STEPS = (*steps.STEPS[:{at}], die, *steps.STEPS[{at}:])\n"
)
BEFORE_PROGRAM = DIE + (
    "from partywall.system import programs\n"
    "real, left = programs.run, [{at}]\n"
    "def run(*words):\n"
    "    left[0] -= 1\n"
    "    return real(*words) if left[0] >= 0 else die()\n"
    "programs.run = run\n"
)
CLOSING = DIE + "from partywall.execution import pool\npool.close = die\n"


@pytest.mark.parametrize("at", range(len(steps.STEPS) + 1))
def test_a_create_that_was_killed_is_completed_by_create(ground: Ground, at: int) -> None:
    ground.killed(BETWEEN.format(at=at), "pool", "create", "--size", "1G")
    assert ground.recorded is not None
    assert ground.recorded.stage is Stage.MAKING
    assert "half done" in ground.call("pool", "show")
    ground.call("pool", "create")
    assert shares_blocks(ground.pool)
    assert ground.document("pool", "show")["pool"]["stage"] == "ready"
    assert len(ground.loops()) == 1


@pytest.mark.parametrize("at", range(len(steps.STEPS) + 1))
def test_or_by_whoever_uses_it(ground: Ground, at: int) -> None:
    ground.killed(BETWEEN.format(at=at), "pool", "create", "--size", "1G")
    assert pool.folder(ground.project) == ground.pool
    assert shares_blocks(ground.pool)


@pytest.mark.parametrize("at", range(len(steps.STEPS) + 1))
def test_or_removed_by_remove(ground: Ground, at: int) -> None:
    ground.killed(BETWEEN.format(at=at), "pool", "create", "--size", "1G")
    ground.call("pool", "remove")
    assert ground.gone()


def test_a_create_is_killed_at_any_moment(ground: Ground) -> None:
    for moment in (0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        under_way = ground.start("pool", "create", "--size", "1G")
        time.sleep(moment)
        under_way.kill()
        under_way.wait()
        ground.call("pool", "create", "--size", "1G")
        assert shares_blocks(ground.pool)
        ground.call("pool", "remove")
        assert ground.gone()


def test_what_a_killed_one_was_writing_does_not_stay(ground: Ground) -> None:
    ground.killed(BETWEEN.format(at=3), "pool", "create", "--size", "1G")
    (ground.pool / "..partywall-pool.h8myvp6k").touch()
    ground.call("pool", "remove")
    assert ground.gone()


def test_a_file_system_that_was_half_made_is_made_anew(ground: Ground, tmp_path: Path) -> None:
    with disk(tmp_path, 2 * GIB) as device:
        killed = ("pool", "create", "--device", device, "--yes")
        ground.killed(BETWEEN.format(at=2), *killed)
        with Path(device).open("r+b") as file:
            os.pwrite(file.fileno(), b"\1", 126)  # as `mkfs.xfs` has it until its end
        assert pool.folder(ground.project) == ground.pool
        assert shares_blocks(ground.pool)


def test_what_came_onto_a_disk_meanwhile_is_not_written_over(
    ground: Ground, tmp_path: Path
) -> None:
    with disk(tmp_path, 2 * GIB) as device:
        ground.killed(BETWEEN.format(at=1), "pool", "create", "--device", device, "--yes")
        run("mkfs.ext4", "-q", device)
        assert "holds something already" in ground.call("pool", "create", code=3)
        assert ground.gone()


@pytest.mark.parametrize("at", range(2))
def test_a_growth_that_was_killed_goes_on(pooled: Ground, at: int) -> None:
    pooled.killed(BEFORE_PROGRAM.format(at=at), "pool", "grow", "--size", "2G")
    assert pooled.recorded is not None
    assert pooled.recorded.stage is Stage.GROWING
    assert pool.folder(pooled.project) == pooled.pool
    assert pool.room(pooled.pool) > 1.8 * GIB


@pytest.mark.parametrize("at", range(3))
def test_a_removal_that_was_killed_goes_on(pooled: Ground, at: int) -> None:
    pooled.killed(BEFORE_PROGRAM.format(at=at), "pool", "remove")
    pooled.call("pool", "remove")
    assert pooled.gone()


def test_or_is_brought_to_its_end_by_others(pooled: Ground) -> None:
    pooled.killed(CLOSING, "pool", "remove")
    assert pooled.recorded is not None
    assert pooled.recorded.stage is Stage.REMOVING
    assert pool.folder(pooled.project) is None
    assert pooled.gone()


def test_before_it_begins_to_remove_the_pool_is_as_it_was(pooled: Ground) -> None:
    (pooled.pool / "clones" / "late").touch()
    (pooled.pool / "clones" / "late").unlink()
    pooled.killed(BEFORE_PROGRAM.format(at=1), "pool", "remove")  # read-only, still mounted
    assert pool.folder(pooled.project) == pooled.pool
    (pooled.pool / "clones" / "late").touch()
