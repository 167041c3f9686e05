"""A budget holds: development cannot take more than its share, and the kernel says so."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.boxes import Boxes, docker, neighbours

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

MEMORY = 96 << 20
LIMITS = {"memory": "96M", "cpus": 0.5, "pids": 100}
EAT = "x = bytearray(300 << 20)"
FORK = """
import os, time
made = 0
try:
    for _ in range(1000):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
        made += 1
except OSError:
    print(made)
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments, development with a budget."""
    with neighbours(tmp_path_factory.mktemp("limits")) as (one, _):
        one.settings(
            architecture=["dual", "limits"],
            environments={"prod": {}, "dev": {"protected": False, "limits": LIMITS}},
        )
        one.call("up", "--yes")
        yield one


def group(one: Boxes, controller: str) -> Path:
    """The kernel's folder of development's group."""
    root = Path("/sys/fs/cgroup")
    inner = Path("partywall", one.name, "dev")
    return root / inner if (root / "cgroup.controllers").exists() else root / controller / inner


def of_memory(one: Boxes) -> Path:
    folder = group(one, "memory")
    names = ("memory.limit_in_bytes", "memory.max")
    return next(folder / name for name in names if (folder / name).exists())


def yields(folder: Path) -> bool:
    return (folder / "cpu.idle").read_text().strip() == "1"


def started(environment: str, one: Boxes) -> list[str]:
    mine = f"label=io.partywall.environment={environment}"
    ids = docker("ps", "-aq", "--filter", one.mark, "--filter", mine)
    return sorted(docker("inspect", "--format", "{{.Id}}{{.State.StartedAt}}", *ids))


def test_the_kernel_has_the_budget_and_every_container_is_in_it(one: Boxes) -> None:
    assert int(of_memory(one).read_text()) == MEMORY
    assert (group(one, "pids") / "pids.max").read_text().strip() == "100"
    for environment, parent in (("dev", f"/partywall/{one.name}/dev"), ("prod", "")):
        mine = f"label=io.partywall.environment={environment}"
        ids = docker("ps", "-aq", "--filter", one.mark, "--filter", mine)
        said = docker("inspect", "--format", "<{{.HostConfig.CgroupParent}}>", *ids)
        assert set(said) == {f"<{parent}>"}


def test_it_runs_on_processors_that_nobody_else_wants(one: Boxes) -> None:
    leaf = group(one, "cpu")
    assert yields(leaf)
    assert yields(leaf.parent)
    assert one.document("status")["environments"]["dev"]["limits"]["yields"]


def quota(one: Boxes) -> str:
    """Of a tenth of a second, in microseconds; what has none has -1 or `max`."""
    names = ("cpu.cfs_quota_us", "cpu.max")
    file = next(f for f in (group(one, "cpu") / name for name in names) if f.exists())
    return file.read_text().split()[0]


def bounds(one: Boxes) -> set[str]:
    """Cores and billionths of one that development's containers may use, as the engine says."""
    mine = "label=io.partywall.environment=dev"
    ids = docker("ps", "-q", "--filter", one.mark, "--filter", mine)
    return set(
        docker("inspect", "--format", "{{.HostConfig.CpusetCpus}}/{{.HostConfig.NanoCpus}}", *ids)
    )


def affinity(one: Boxes) -> str:
    """The cores that a program of development's page finds."""
    ask = "import os; print(*os.sched_getaffinity(0))"
    return one.call("exec", "dev", "web", "--", "python", "-c", ask).out.strip()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core is all there is")
def test_it_has_the_last_core_and_no_quota_where_that_is_whole(one: Boxes) -> None:
    last = str((os.cpu_count() or 1) - 1)
    assert (affinity(one), quota(one), bounds(one)) == (last, "50000", {f"{last}/500000000"})
    before = (one.folder / "partywall.yaml").read_text()
    started_at = started("dev", one)
    try:
        limits = {**LIMITS, "cpus": 1}
        one.settings(environments={"prod": {}, "dev": {"protected": False, "limits": limits}})
        one.call("up", "--yes")
        assert (affinity(one), quota(one) in ("-1", "max")) == (last, True)
        assert bounds(one) == {f"{last}/2000000000"}
        found = one.document("status")["environments"]["dev"]["limits"]
        assert (found["cpus"], found["cores"], found["drift"]) == (1, [int(last)], None)
        assert one.steps("plan") == {}
    finally:
        (one.folder / "partywall.yaml").write_text(before)
        one.call("up", "--yes")
    assert bounds(one) == {f"{last}/500000000"}
    assert [s for s in started("dev", one) if s in started_at] == started_at


def test_every_container_has_a_portion_that_the_kernel_knows(one: Boxes) -> None:
    mine = "label=io.partywall.environment=dev"
    sizes = []
    for container in docker("ps", "-aq", "--no-trunc", "--filter", one.mark, "--filter", mine):
        form = "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}}"
        memory, swap, pids = docker("inspect", "--format", form, container)
        assert memory == swap
        sizes.append(int(memory))
        inner = group(one, "memory") / container
        if inner.exists():
            assert (inner / of_memory(one).name).read_text().strip() == memory
            assert (group(one, "pids") / container / "pids.max").read_text().strip() == pids
    assert len(sizes) == 3
    assert 0.9 * MEMORY < sum(sizes) <= MEMORY


def test_the_plan_says_how_it_is_shared_out(one: Boxes) -> None:
    text = one.call("plan", "--json").out
    assert json.loads(text)["steps"] == []
    limits = {**LIMITS, "memory": "120M"}
    path = one.folder / "partywall.yaml"
    before = path.read_text()
    one.settings(environments={"prod": {}, "dev": {"protected": False, "limits": limits}})
    (step,) = one.document("plan")["steps"]
    assert "portion of cache" in step["why"]
    (note,) = [n for n in one.document("plan")["notes"] if "shares" in n]
    assert note.startswith("dev shares 120 MiB of memory: cache ")
    assert "(customary for Redis)" in note
    path.write_text(before)


def test_a_budget_that_cannot_hold_the_minimums_is_refused(one: Boxes) -> None:
    path = one.folder / "partywall.yaml"
    before = path.read_text()
    limits = {**LIMITS, "memory": "40M"}
    one.settings(environments={"prod": {}, "dev": {"protected": False, "limits": limits}})
    said = one.call("plan", code=3)
    assert "cache 16 MiB + prepare 24 MiB + web 24 MiB" in said.err
    path.write_text(before)


def test_status_shows_it_as_enforced(one: Boxes) -> None:
    shown = one.document("status")["environments"]
    portions = [s["limit_bytes"] for s in shown["dev"]["services"].values()]
    assert all(16 << 20 < size < MEMORY for size in portions)
    assert all(s["limit_enforced"] for s in shown["dev"]["services"].values())
    assert {s["limit_bytes"] for s in shown["prod"]["services"].values()} == {None}


def test_status_says_what_the_limits_did(one: Boxes) -> None:
    burn = "import time; t = time.time()\nwhile time.time() - t < 2: pass"
    one.call("exec", "dev", "web", "--", "python", "-c", EAT, code=None)
    for _ in range(10):  # Where others want its core, it is not held back but waits for them.
        one.call("exec", "dev", "web", "--", "sh", "-c", f'python -c "{burn}" & python -c "{burn}"')
        found = one.document("status")["environments"]
        limits = found["dev"]["limits"]
        if limits["throttled_seconds"] > 0.5:
            break
    assert limits["enforced"] is True
    assert 0 < limits["memory_bytes"] < limits["memory_limit_bytes"] == MEMORY
    assert 0 < limits["pids"] < limits["pids_limit"] == 100
    assert limits["throttled_seconds"] > 0.5
    assert limits["throttled_periods"] > 3
    assert limits["oom_kills"] >= 1
    assert found["dev"]["services"]["web"]["oom_kills"] >= 1
    assert found["dev"]["services"]["cache"]["oom_kills"] == 0
    assert found["prod"]["limits"] is None
    assert sum(p["memory_bytes"] for p in limits["portions"].values()) <= MEMORY
    text = one.call("status", "--limits").out
    assert "killed for memory" in text
    assert "customary for Redis" in text


def test_more_memory_and_more_processes_are_refused_and_production_runs_on(one: Boxes) -> None:
    before = started("prod", one)
    eaten = one.call("exec", "dev", "web", "--", "python", "-c", EAT, code=None)
    assert eaten.code != 0
    forked = one.call("exec", "dev", "web", "--", "python", "-c", FORK, code=None)
    assert not forked.out.strip() or int(forked.out) < 100
    assert started("prod", one) == before
    assert one.page("prod") == "prod says hello"


def test_a_budget_that_is_not_in_force_is_drift(one: Boxes) -> None:
    one.call("up", "--yes")  # whatever was killed is back
    of_memory(one).write_text(str(2 * MEMORY))
    shown = one.document("status")["environments"]["dev"]["limits"]
    assert shown["drift"].startswith("repair: memory.limit_in_bytes is ")
    assert "budget not in force" in one.call("status").out
    (step,) = one.document("plan")["steps"]
    assert (step["key"], step["action"]) == ("dev/limit/budget", "repair")
    one.call("up", "--yes")
    assert int(of_memory(one).read_text()) == MEMORY


def test_a_container_that_got_other_bounds_by_hand_is_drift(one: Boxes) -> None:
    mine = ("--filter", one.mark, "--filter", "label=io.partywall.key=dev/web")
    (web,) = docker("ps", "-q", *mine)
    docker("update", "--memory", "200m", "--memory-swap", "200m", web)
    (step,) = one.document("plan")["steps"]
    assert step["key"] == "dev/limit/budget"
    assert "web has Memory 209715200" in step["why"]
    one.call("up", "--yes")
    assert docker("ps", "-q", *mine) == [web]
    assert one.document("plan")["steps"] == []


def test_after_a_start_of_the_machine_it_is_set_again(one: Boxes) -> None:
    """As a reboot leaves it: no groups, containers started by the engine, groups without bounds."""
    mine = ("--filter", one.mark, "--filter", "label=io.partywall.environment=dev")
    running = docker("ps", "-q", "--no-trunc", *mine)
    docker("stop", "-t", "1", *running)
    for controller in ("cpu", "memory", "pids"):
        folder = group(one, controller)
        for inner in folder.glob("*/"):
            inner.rmdir()
        folder.rmdir()
    docker("start", *running)
    assert int(of_memory(one).read_text()) > 1 << 50
    for container in running:  # what holds even now
        said = (of_memory(one).parent / container / of_memory(one).name).read_text()
        assert 16 << 20 < int(said) < MEMORY
    assert (
        "memory.limit_in_bytes is"
        in one.document("status")["environments"]["dev"]["limits"]["drift"]
    )
    script = one.home / "rendered" / "dev" / "budget.sh"
    subprocess.run(["sh", str(script)], check=True)
    assert int(of_memory(one).read_text()) == MEMORY
    assert one.document("status")["environments"]["dev"]["limits"]["drift"] is None
    of_memory(one).write_text("-1")
    one.call("up", "--yes")
    assert int(of_memory(one).read_text()) == MEMORY


def test_another_budget_is_in_force_at_once_and_restarts_nothing(one: Boxes) -> None:
    before = started("dev", one)
    limits = {**LIMITS, "memory": "128M"}
    one.settings(environments={"prod": {}, "dev": {"protected": False, "limits": limits}})
    one.call("up", "--yes")
    assert int(of_memory(one).read_text()) == 128 << 20
    assert started("dev", one) == before
    shown = one.document("status")["environments"]["dev"]["services"]
    assert sum(s["limit_bytes"] for s in shown.values()) > 70 << 20


def test_budgets_that_cannot_all_be_kept_are_refused_with_the_sum(one: Boxes) -> None:
    path = one.folder / "partywall.yaml"
    before = path.read_text()
    limits = {**LIMITS, "memory": "900G"}
    one.settings(environments={"prod": {}, "dev": {"protected": False, "limits": limits}})
    said = one.call("plan", code=3)
    assert "budgets of memory add up to" in said.err
    assert "dev 900.00 GiB" in said.err
    path.write_text(before)


def test_production_on_a_budget_yields_to_nobody(one: Boxes) -> None:
    dev = {"protected": False, "limits": LIMITS}
    one.settings(environments={"prod": {"limits": {"memory": "256M"}}, "dev": dev})
    one.call("up", "--yes")
    leaf = group(one, "cpu")
    assert yields(leaf)
    assert not yields(leaf.parent / "prod")
    assert not yields(leaf.parent)
    assert not yields(leaf.parent.parent)
    one.settings(environments={"prod": {}, "dev": dev})
    one.call("up", "--yes")
    assert yields(leaf.parent)


def test_it_goes_with_the_environment(one: Boxes) -> None:
    folder = group(one, "memory")
    one.call("destroy", "dev", "--yes")
    assert not folder.exists()
