"""Development burns all it can get: it is held back or killed, and production never is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.boxes import Boxes, docker, neighbours
from scenarios.burning import Burning

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

LIMITS = {"memory": "96M", "cpus": 0.5, "pids": 100}
SECONDS = 6.0
ROOT = Path("/sys/fs/cgroup")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments, development with a budget."""
    with neighbours(tmp_path_factory.mktemp("burn")) as (one, _):
        one.settings(
            architecture=["dual", "limits"],
            environments={"prod": {}, "dev": {"protected": False, "limits": LIMITS}},
        )
        one.call("up", "--yes")
        yield one


def production(one: Boxes) -> dict[str, tuple[str, ...]]:
    """Each container of production: when it started, and whether anything in it was killed."""
    mine = "label=io.partywall.environment=prod"
    form = "{{.State.StartedAt}} {{.RestartCount}} {{.State.OOMKilled}} {{.State.Pid}}"
    found = {}
    for name in docker("ps", "-aq", "--no-trunc", "--filter", one.mark, "--filter", mine):
        killed = [
            (folder / events).read_text()
            for folder in groups(name)
            for events in ("memory.oom_control", "memory.events")
            if (folder / events).exists()
        ]
        found[name] = (*docker("inspect", "--format", form, name), *killed)
    return found


def groups(container: str) -> list[Path]:
    """The kernel's folders of memory of a container; none when it has ended."""
    older = ROOT / "memory"
    return list((older if older.exists() else ROOT).glob(f"**/*{container}*"))


def processes(one: Boxes) -> set[str]:
    """What of production lives on: not what a health check has just started."""
    looks = []
    for _ in range(2):
        folders = [folder for name in production(one) for folder in groups(name)]
        looks.append({pid for f in folders for pid in (f / "cgroup.procs").read_text().split()})
        time.sleep(1.2)
    return looks[0] & looks[1]


def used(one: Boxes) -> float:
    """Seconds of processors that development has used in all."""
    older = ROOT / "cpuacct" / "partywall" / one.name / "dev" / "cpuacct.usage"
    if older.exists():
        return int(older.read_text()) / 1e9
    newer = ROOT / "partywall" / one.name / "dev" / "cpu.stat"
    return int(newer.read_text().split()[1]) / 1e6


def test_development_burns_and_production_lives(one: Boxes) -> None:
    before = production(one)
    living = processes(one)
    assert len(living) >= 3
    at, spent = time.monotonic(), used(one)
    with Burning(one, SECONDS) as burning:
        pages = [one.page("prod") for _ in range(20)]
    passed, burnt = time.monotonic() - at, used(one) - spent

    assert set(pages) == {"prod says hello"}
    assert production(one) == before
    assert processes(one) >= living

    spin, eat, wait = map(int, burning.said.split())
    assert (spin, eat) >= (2, 1)
    assert wait < 100
    assert 0.5 * LIMITS["cpus"] * SECONDS < burnt < 1.15 * LIMITS["cpus"] * passed
    limits = one.document("status")["environments"]["dev"]["limits"]
    assert limits["throttled_periods"] > 10
    assert limits["throttled_seconds"] > 0
    assert limits["oom_kills"] >= 1


def test_after_it_development_is_well_again(one: Boxes) -> None:
    one.call("up", "--yes")
    assert one.page("dev") == "dev says hello"
    assert one.document("plan")["steps"] == []
