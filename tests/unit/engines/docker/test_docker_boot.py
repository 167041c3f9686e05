"""A budget in the words of a shell and of systemd, for a start of the machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from partywall.engines.docker.boot import Boot, name, script, unit
from partywall.engines.docker.cgroups import Kernel
from partywall.model.world import Limit

LIMIT = Limit(key="dev/limit/budget", cpus=0.8, memory_bytes=96 << 20, pids=100, io_weight=40)
OLD, NEW = Kernel(version=1), Kernel(version=2, io="io.weight")
SLICED = Kernel(version=2, systemd=True)
PARENT = OLD.parent("my-shop", "dev")


def test_the_script_makes_the_groups_and_then_bounds_them() -> None:
    lines = script(OLD, PARENT, LIMIT).splitlines()
    assert lines[0] == "#!/bin/sh"
    assert lines[2] == "set -e"
    assert lines[3:6] == [
        f"mkdir -p /sys/fs/cgroup/{name}{PARENT}" for name in ("cpu", "memory", "pids")
    ]
    assert f"echo '100663296' > /sys/fs/cgroup/memory{PARENT}/memory.limit_in_bytes" in lines
    assert f"echo '80000' > /sys/fs/cgroup/cpu{PARENT}/cpu.cfs_quota_us" in lines


def test_version_2_is_told_first_what_to_hand_down() -> None:
    lines = script(NEW, PARENT, LIMIT).splitlines()
    down = [line for line in lines if "subtree_control" in line]
    assert down == [
        f"echo '+cpu +memory +pids +io' > /sys/fs/cgroup{inner}/cgroup.subtree_control"
        for inner in ("", "/partywall", "/partywall/my-shop")
    ]
    assert lines.index(down[-1]) < lines.index(f"echo '40' > /sys/fs/cgroup{PARENT}/io.weight")


def test_groups_above_yield_only_when_all_below_do(tmp_path: Path) -> None:
    lines = script(Kernel(version=1, idle=True), PARENT, LIMIT).splitlines()
    family = tmp_path / "partywall" / "my-shop"
    for environment, idle in (("dev", 1), ("prod", 0)):
        (family / environment).mkdir(parents=True)
        (family / environment / "cpu.idle").write_text(f"{idle}\n")
    told = [line.replace("/sys/fs/cgroup/cpu", str(tmp_path)) for line in lines[-2:]]
    for says in ("0", "1"):
        subprocess.run(["sh", "-c", "set -e\n" + "\n".join(told)], check=True)
        assert (family / "cpu.idle").read_text() == f"{says}\n"
        assert (family.parent / "cpu.idle").read_text() == f"{says}\n"
        (family / "prod" / "cpu.idle").write_text("1\n")


def test_a_unit_comes_before_the_engine() -> None:
    text = unit(OLD, PARENT, LIMIT)
    assert "\nBefore=docker.service\n" in text
    assert "\nWantedBy=docker.service\n" in text
    assert f"mkdir -p /sys/fs/cgroup/memory{PARENT}" in text
    assert name(OLD, PARENT).startswith("partywall_my_shop_dev_")
    assert name(OLD, OLD.parent("my", "shop-dev")) != name(OLD, PARENT)


@pytest.mark.parametrize("kernel", [OLD, SLICED])
def test_without_need_there_is_no_unit(tmp_path: Path, kernel: Kernel) -> None:
    runs = tmp_path / "run"
    if kernel.systemd:
        runs.mkdir()
    Boot(runs, tmp_path).keep(kernel, PARENT, LIMIT)
    assert not list(tmp_path.glob("*.service"))
