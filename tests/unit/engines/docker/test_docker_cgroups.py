"""A budget becomes files of the kernel, and what they say is compared with what was written."""

from __future__ import annotations

from pathlib import PurePosixPath

import msgspec
import pytest

from partywall.engines.docker.cgroups import (
    Kernel,
    above,
    bound,
    differences,
    files,
    overbooked,
    properties,
    uncounted,
)
from partywall.model.world import Limit

LIMIT = Limit(
    key="dev/limit/budget",
    cpus=0.8,
    memory_bytes=1_000_000_000,
    pids=1024,
    reserved_bytes=250_000_000,
    yields=True,
)
OLD, NEW = Kernel(version=1), Kernel(version=2)
SLICED = Kernel(version=2, systemd=True)


def written(kernel: Kernel) -> dict[str, str]:
    parent = kernel.parent("shop", "dev")
    return {str(path): text for path, text in files(kernel, parent, LIMIT).items()}


def test_version_1_has_a_tree_per_controller():
    assert written(OLD) == {
        "/sys/fs/cgroup/memory/partywall/shop/dev/memory.soft_limit_in_bytes": "250000000",
        "/sys/fs/cgroup/memory/partywall/shop/dev/memory.limit_in_bytes": "1000000000",
        "/sys/fs/cgroup/cpu/partywall/shop/dev/cpu.cfs_period_us": "100000",
        "/sys/fs/cgroup/cpu/partywall/shop/dev/cpu.cfs_quota_us": "80000",
        "/sys/fs/cgroup/pids/partywall/shop/dev/pids.max": "1024",
    }


def test_version_2_has_one_tree():
    assert written(NEW) == {
        "/sys/fs/cgroup/partywall/shop/dev/memory.low": "250000000",
        "/sys/fs/cgroup/partywall/shop/dev/memory.max": "1000000000",
        "/sys/fs/cgroup/partywall/shop/dev/cpu.max": "80000 100000",
        "/sys/fs/cgroup/partywall/shop/dev/pids.max": "1024",
    }


@pytest.mark.parametrize(("version", "root"), [(1, "/sys/fs/cgroup/cpu"), (2, "/sys/fs/cgroup")])
def test_what_yields_says_so_where_the_kernel_can(version: int, root: str):
    kernel = Kernel(version=version, idle=True)
    parent = kernel.parent("shop", "dev")
    own = PurePosixPath(f"{root}/partywall/shop/dev/cpu.idle")
    assert files(kernel, parent, LIMIT)[own] == "1"
    firm = msgspec.structs.replace(LIMIT, yields=False)
    assert files(kernel, parent, firm)[own] == "0"
    assert [str(one) for one in above(kernel, parent)] == [
        f"{root}/partywall/shop/cpu.idle",
        f"{root}/partywall/cpu.idle",
    ]
    assert above(OLD, parent) == []


def test_whole_cores_are_no_matter_of_time():
    whole = msgspec.structs.replace(LIMIT, cpus=1, cores=(1,))
    said = {
        kernel: set(files(kernel, kernel.parent("shop", "dev"), whole).values())
        for kernel in (OLD, NEW)
    }
    assert "-1" in said[OLD]
    assert "max 100000" in said[NEW]
    assert "CPUQuota=" in properties(SLICED, whole)
    half = msgspec.structs.replace(whole, cpus=0.5)
    assert "CPUQuota=50%" in properties(SLICED, half)


def test_version_1_is_loosened_before_what_is_inside_changes():
    assert list(uncounted(OLD, "/partywall/shop/dev").values()) == ["-1"]
    assert not uncounted(NEW, "/partywall/shop/dev")


def test_systemd_gets_a_slice_of_its_own_kind_of_name():
    parent = SLICED.parent("my-shop", "dev")
    assert parent.startswith("partywall_my_shop_dev_")
    assert parent.endswith(".slice")
    assert "-" not in parent
    assert all(parent in path for path in map(str, files(SLICED, parent, LIMIT)))
    assert properties(SLICED, LIMIT) == [
        "CPUQuota=80%",
        "MemoryMax=1000000000",
        "MemoryLow=250000000",
        "TasksMax=1024",
        "CPUWeight=1",
    ]


def test_two_environments_never_have_one_group():
    for kernel in (OLD, NEW, SLICED):
        assert kernel.parent("my-shop", "dev") != kernel.parent("my", "shop-dev")


@pytest.mark.parametrize("kernel", [OLD, NEW, SLICED])
def test_what_the_kernel_says_is_compared_in_pages(kernel: Kernel):
    parent = kernel.parent("shop", "dev")
    said: dict[PurePosixPath, str | None] = {
        path: f"{text}\n" for path, text in files(kernel, parent, LIMIT).items()
    }
    assert not list(differences(kernel, parent, LIMIT, said))
    memory = next(path for path in said if path.name in ("memory.limit_in_bytes", "memory.max"))
    assert not list(differences(kernel, parent, LIMIT, {**said, memory: "999997440\n"}))
    other = list(differences(kernel, parent, LIMIT, {**said, memory: "2000000000\n"}))
    assert other == [f"{memory.name} is 2000000000, not 1000000000"]
    assert list(differences(kernel, parent, LIMIT, {**said, memory: None})) == [
        f"{memory.name} is not there"
    ]


@pytest.mark.parametrize(
    ("said", "means"),
    [("1000\n", 1000), ("max\n", None), ("9223372036854771712\n", None), (None, None), ("", None)],
)
def test_a_bound_is_a_number_that_a_machine_may_have(said: str | None, means: int | None):
    assert bound(said) == means


def test_budgets_of_all_projects_must_fit_the_machine():
    gib = 1 << 30
    assert overbooked({"dev": 3 * gib}, {"other/dev": 5 * gib}, 8 * gib) == ""
    assert overbooked({"dev": 4 * gib, "prod": gib // 2}, {"other/dev": 5 * gib}, 8 * gib) == (
        "budgets of memory add up to 9.50 GiB of 8.00 GiB: "
        "dev 4.00 GiB + other/dev 5.00 GiB + prod 0.50 GiB"
    )
