"""What held containers back is read from the kernel, in both of its versions."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from partywall.engines.docker.pressure import (
    Pressure,
    of_group,
    pressures,
    together,
    under,
    understood,
    used,
)
from partywall.engines.docker.use import group
from partywall.interfaces import Health

CAPTURES = Path(__file__).parents[3] / "captures" / "cgroups"
ID = (CAPTURES / "v1" / "cgroup").read_text().split()[0].rpartition("/")[2]


def captured() -> Pressure:
    return of_group(CAPTURES / "v1", CAPTURES / "v1")


def test_throttled_time_is_in_nanoseconds_or_microseconds() -> None:
    found = captured()
    assert found.throttled is not None
    assert found.throttled > 5
    assert found.throttled_seconds is not None
    assert 0.5 < found.throttled_seconds < 5
    assert found.oom_kills == 1
    newer = of_group(CAPTURES / "v2", CAPTURES / "v2")
    assert newer.throttled_seconds == pytest.approx(found.throttled_seconds, abs=1e-5)
    assert (newer.throttled, newer.oom_kills) == (found.throttled, 1)


def test_where_the_kernel_says_nothing_nothing_is_known() -> None:
    assert understood(None, None) == Pressure()
    assert understood("nr_periods 0\n", "oom_kill_disable 0\n") == Pressure()


def test_a_group_is_held_back_with_those_inside() -> None:
    one = Pressure(throttled=2, throttled_seconds=0.5, oom_kills=1)
    assert together(one, [one, Pressure()], kills=True) == Pressure(
        throttled=4, throttled_seconds=1.0, oom_kills=2
    )
    assert together(one, [one], kills=False).oom_kills == 1
    assert together(Pressure(), [], kills=True) == Pressure()


def inspected(name: str, pid: int) -> dict[str, Any]:
    return {"Id": name, "State": {"Pid": pid}}


@pytest.mark.parametrize("version", ["v1", "v2", "systemd"])
def test_each_container_is_read_where_its_process_is(tmp_path: Path, version: str) -> None:
    (tmp_path / "proc/7").mkdir(parents=True)
    text = (CAPTURES / version / "cgroup").read_text()
    (tmp_path / "proc/7/cgroup").write_text(text)
    files = CAPTURES / ("v1" if version == "v1" else "v2")
    for controller, name in (("cpu", "cpu.*"), ("memory", "memory.*")):
        folder = group(text, ID, controller)
        assert folder is not None
        inner = tmp_path / folder.relative_to("/")
        inner.mkdir(parents=True, exist_ok=True)
        for path in files.glob(name):
            shutil.copy(path, inner)
    if version == "v1":
        counted = group(text, ID, "cpuacct")
        assert counted is not None
        (tmp_path / counted.relative_to("/")).mkdir(parents=True, exist_ok=True)
        (tmp_path / counted.relative_to("/") / "cpuacct.usage").write_text("431532000\n")
    found = pressures([inspected(ID, 7), inspected("0" * 64, 7), inspected(ID, 8)], tmp_path)
    assert found == {ID: structs.replace(of_group(files, files), used_seconds=0.431532)}


def test_processors_time_is_said_by_both_versions_or_not_at_all() -> None:
    assert used("usage_usec 2500000\nuser_usec 1\n", None) == 2.5
    assert used("nr_periods 3\n", "1500000000\n") == 1.5
    assert used(None, None) is None
    assert used("", "no number") is None


def test_it_is_said_of_a_container() -> None:
    now = under(Health(running=True, restarts=2), structs.replace(captured(), used_seconds=3.0))
    assert (now.restarts, now.oom_kills, now.cpu_seconds) == (2, 1, 3.0)
