"""Where the kernel has a container's program, from files as both versions of cgroups write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.engines.docker.cgroups import Kernel
from partywall.engines.docker.whereabouts import Whereabouts, allowed, numbers, of, strayed
from partywall.model.errors import MachineFailed
from partywall.model.world import Limit

ID = "f00d" * 16
PARENT = "/partywall/club/dev"
OLD = f"""\
9:memory:{PARENT}/{ID}
8:pids:{PARENT}/{ID}
5:cpu,cpuacct:{PARENT}/{ID}
3:cpuset:{PARENT}/{ID}
1:name=systemd:{PARENT}/{ID}
"""
NEW = f"0::{PARENT}/{ID}\n"
SLICE = f"0::/partywall_club_dev_abc123.slice/docker-{ID}.scope\n"
LIMIT = Limit(key="dev/limit/budget", cpus=1, cores=(1,), memory_bytes=1 << 28, pids=50)


@pytest.mark.parametrize(
    ("text", "found"),
    [("0-1", (0, 1)), ("3", (3,)), ("0-2,5,7-8", (0, 1, 2, 5, 7, 8)), ("", ())],
)
def test_a_list_of_the_kernel_is_understood(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text) == found


def test_the_cores_of_a_process_are_those_of_its_status() -> None:
    assert allowed("Name:\tx\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\nMems:\t0\n") == (0, 1)


@pytest.mark.parametrize(
    ("parent", "groups"),
    [(PARENT, OLD), (PARENT, NEW), ("partywall_club_dev_abc123.slice", SLICE)],
    ids=["version 1", "version 2", "systemd"],
)
def test_whoever_is_inside_and_on_the_cores_has_not_strayed(parent: str, groups: str) -> None:
    assert list(strayed(parent, LIMIT, Whereabouts(groups=groups, cores=(1,)))) == []


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (OLD.replace(f"memory:{PARENT}/{ID}", "memory:/"), "group of memory"),
        (OLD.replace(f"cpuacct:{PARENT}", "cpuacct:/docker"), "group of cpu"),
        (OLD.replace(PARENT, "/docker"), "group of cpu, memory, pids"),
        (OLD.replace(PARENT, f"{PARENT}elopment"), "group of cpu, memory, pids"),
        (NEW.replace(PARENT, "/system.slice"), "outside of the budget's group"),
    ],
)
def test_whoever_is_outside_in_one_controller_is_outside(groups: str, words: str) -> None:
    (found,) = strayed(PARENT, LIMIT, Whereabouts(groups=groups, cores=(1,)))
    assert found.startswith("runs outside")
    assert found.endswith(words)


def test_another_core_is_outside_and_any_will_do_where_none_is_named() -> None:
    seen = Whereabouts(groups=NEW, cores=(0, 1))
    assert list(strayed(PARENT, LIMIT, seen)) == ["may run on cores 0, 1, not on core 1 alone"]
    free = Limit(key=LIMIT.key, cpus=1, memory_bytes=1 << 28, pids=50)
    assert list(strayed(PARENT, free, seen)) == []


@pytest.mark.parametrize(
    ("kernel", "groups", "file"),
    [
        (Kernel(version=1), OLD, f"memory{PARENT}/{ID}/memory.limit_in_bytes"),
        (Kernel(version=2), NEW, f"{PARENT.lstrip('/')}/{ID}/memory.max"),
    ],
    ids=["version 1", "version 2"],
)
@pytest.mark.parametrize(("said", "bound"), [("1048576", 1 << 20), ("max", None), (None, None)])
def test_the_bound_of_a_container_is_the_kernels(
    tmp_path: Path, kernel: Kernel, groups: str, file: str, said: str | None, bound: int | None
) -> None:
    process = tmp_path / "proc/7"
    process.mkdir(parents=True)
    (process / "cgroup").write_text(groups)
    (process / "status").write_text("Cpus_allowed_list:\t1\n")
    if said is not None:
        path = tmp_path / "sys/fs/cgroup" / file
        path.parent.mkdir(parents=True)
        path.write_text(said)
    seen = of(kernel, ID, 7, tmp_path)
    assert (seen.memory_bytes, seen.cores, seen.groups) == (bound, (1,), groups)


def test_a_process_that_is_not_there_is_nowhere(tmp_path: Path) -> None:
    with pytest.raises(MachineFailed, match="process 7 runs cannot be seen"):
        of(Kernel(), ID, 7, tmp_path)
