"""A seeder fills fresh data, until it got through; data that stood already it never touches."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
import yaml

from partywall.engines.embedded.supervise import control
from scenarios.installation import Installation, until

pytestmark = pytest.mark.scenario

SEED = "python -I -S job.py seeded"
SLOW = """
import os, sys, time
from pathlib import Path

vault = Path(os.environ["VAULT_DIR"])
with (vault / "seeded.txt").open("a") as file:
    file.write("begun\\n")
while not (vault / "go").exists():
    time.sleep(0.02)
"""


def set_seed(one: Installation, environment: str, command: str | None) -> None:
    """Write a seeder into the settings, or take it out with None."""
    path = one.folder / "partywall.yaml"
    said = yaml.safe_load(path.read_text())
    said["environments"][environment] = {} if command is None else {"seed": command}
    path.write_text(yaml.safe_dump(said, sort_keys=False))


def fills(one: Installation, environment: str = "dev") -> int:
    """How often an environment has been seeded."""
    path = one.vault(environment, "seeded.txt")
    return len(path.read_text().splitlines()) if path.exists() else 0


def remark(environment: str) -> str:
    return (
        f"seed: {environment} has data already and is not seeded; "
        f"`partywall destroy {environment}` gives it fresh data"
    )


def test_a_seeder_added_later_leaves_the_data_alone(fresh):
    set_seed(fresh, "dev", None)
    fresh.call("up", "--yes")
    for name in ("dev", "prod"):
        set_seed(fresh, name, SEED)
        planned = fresh.document("plan")
        assert planned["steps"] == []
        assert remark(name) in planned["notes"]
        said = fresh.call("up", "--yes").out
        assert "no changes" in said
        assert f"{name} has data already" in " ".join(said.split())

    fresh.call("down", "--all", "--yes")
    assert "prod/job/seed" not in fresh.steps("up", "--yes")
    assert (fills(fresh, "dev"), fills(fresh, "prod")) == (0, 0)

    fresh.call("destroy", "dev", "--yes")
    fresh.call("up", "--yes")
    assert (fills(fresh, "dev"), fills(fresh, "prod")) == (1, 0)
    fresh.assert_clean()


def test_a_seeder_taken_out_and_put_in_again_does_not_run_twice(standing):
    set_seed(standing, "dev", None)
    assert standing.steps("up", "--yes") == {"dev/job/seed": ("remove", "no longer wanted")}
    set_seed(standing, "dev", SEED)
    assert standing.steps("up", "--yes") == {}
    assert fills(standing) == 1
    standing.call("destroy", "dev", "--yes")
    standing.call("up", "--yes")
    assert fills(standing) == 1


def test_a_seeder_that_failed_runs_when_it_is_mended(standing):
    standing.call("destroy", "dev", "--yes")
    set_seed(standing, "dev", "python -I -S missing.py")
    standing.call("up", "--yes", code=4)
    assert standing.call("status", code=None).code == 0
    assert standing.steps("up", "--dry-run")["dev/job/seed"] == ("start", "not done yet")
    standing.call("down", "dev", "--yes")
    set_seed(standing, "dev", SEED)
    standing.call("up", "--yes")
    assert fills(standing) == 1
    assert standing.steps("up", "--yes") == {}
    standing.assert_clean()


def test_a_failed_seeder_is_taken_back_with_its_data(standing):
    standing.call("destroy", "dev", "--yes")
    bare = standing.world()
    set_seed(standing, "dev", "python -I -S missing.py")
    standing.call("up", "--yes", code=4)
    standing.call("resume", "--back", "--yes")
    standing.becomes(bare)
    set_seed(standing, "dev", SEED)
    standing.call("up", "--yes")
    assert fills(standing) == 1


def test_a_seeder_that_goes_on_without_its_command_runs_once(standing):
    standing.call("destroy", "dev", "--yes")
    (standing.folder / "slow.py").write_text(SLOW)
    set_seed(standing, "dev", "python -I -S slow.py")
    command = subprocess.Popen(standing.command("up", "--yes"), stderr=subprocess.DEVNULL)
    try:
        until(lambda: fills(standing) == 1, what="the seeder is at work")
    finally:
        os.kill(command.pid, signal.SIGKILL)
        command.wait()
    standing.vault("dev", "go").touch()
    until(lambda: control.state(standing.run, "dev/job-seed").finished, what="it is over")
    assert set(standing.steps("up", "--yes")) >= {"dev/job/seed"}
    assert fills(standing) == 1
    assert standing.steps("up", "--yes") == {}
    set_seed(standing, "dev", SEED)
    standing.assert_clean()


def test_data_from_the_trash_are_not_seeded_by_a_seeder_added_since(standing):
    set_seed(standing, "dev", None)
    standing.call("destroy", "dev", "--yes")
    standing.call("up", "--yes")
    standing.vault("dev", "mine.txt").write_text("mine")
    standing.call("destroy", "dev", "--yes")
    for one in standing.document("trash", "list")["trash"][:3]:
        standing.call("trash", "restore", one["id"])
    set_seed(standing, "dev", SEED)
    standing.call("up", "--yes")
    assert standing.vault("dev", "mine.txt").read_text() == "mine"
    assert fills(standing) == 0
    standing.call("destroy", "dev", "--yes")
    standing.call("trash", "empty", "--yes")
    standing.call("up", "--yes")
    assert fills(standing) == 1
