"""A portion in a unit, in a container, and read back."""

from __future__ import annotations

from typing import Any

import msgspec

from partywall.axes.needs import MIB
from partywall.engines.docker.bounds import (
    asked,
    bounded,
    building,
    changed,
    differences,
    hindered,
    told,
)
from partywall.model.errors import MachineFailed
from partywall.model.world import Limit, Portion

PORTION = Portion(
    key="dev/web",
    memory_bytes=64 * MIB,
    reserved_bytes=16 * MIB,
    cpus=0.5,
    weight=512,
    pids=40,
    least_bytes=24 * MIB,
    why="",
)
BOUNDS = {
    "mem_limit": 64 * MIB,
    "memswap_limit": 64 * MIB,
    "mem_reservation": 16 * MIB,
    "cpus": 0.5,
    "cpu_shares": 512,
    "pids_limit": 40,
}


def inspected(**more: Any) -> dict[str, Any]:
    return {"HostConfig": {**asked(PORTION), **more}}


def test_a_service_has_its_portion_in_place_of_what_it_said() -> None:
    said = {"image": "a", "mem_limit": "1", "memswap_limit": "-1", "cpu_quota": 5, "cpu_period": 1}
    assert bounded(said, PORTION) == {"image": "a", **BOUNDS}


def test_without_a_portion_it_is_as_it_was() -> None:
    said = {"image": "a", "mem_limit": "1"}
    assert bounded(said, None) == said


def test_devices_and_replicas_stay_where_they_are() -> None:
    gpu = [{"capabilities": ["gpu"]}]
    resources = {"limits": {"memory": "1"}, "reservations": {"cpus": 1, "devices": gpu}}
    said = {"deploy": {"replicas": 2, "resources": resources}}
    assert bounded(said, PORTION)["deploy"] == {
        "replicas": 2,
        "resources": {"reservations": {"devices": gpu}},
    }
    assert "deploy" not in bounded({"deploy": {"resources": {"limits": {"cpus": 1}}}}, PORTION)


def test_a_server_is_told_after_what_its_command_says() -> None:
    settings = {"work_mem": "1MB", "shm_size": "24m"}
    assert told({"command": None}, settings) == {
        "command": ["postgres", "-c", "work_mem=1MB"],
        "shm_size": "24m",
    }
    assert told({"command": ["-c", "x=1"]}, {"work_mem": "1MB"})["command"] == [
        *("-c", "x=1", "-c", "work_mem=1MB")
    ]


ON_ONE = msgspec.structs.replace(PORTION, cores=(3,))
WHOLE = msgspec.structs.replace(PORTION, cores=(2, 3), cpus=2)


def test_time_is_counted_only_where_the_cores_are_not_the_bound() -> None:
    assert bounded({"cpuset": "0"}, PORTION)["cpuset"] == "0"
    assert bounded({"cpuset": "0"}, ON_ONE) == {**BOUNDS, "cpuset": "3"}
    assert "cpus" not in bounded({"cpus": 1}, WHOLE)
    assert (asked(WHOLE)["NanoCpus"], asked(WHOLE)["CpusetCpus"]) == (0, "2,3")


def test_bounds_that_fall_away_are_set_where_nothing_reaches_them() -> None:
    assert changed(PORTION, 4)["CpusetCpus"] == "0,1,2,3"
    assert changed(WHOLE, 4)["NanoCpus"] == 3_000_000_000
    assert changed(WHOLE, 2)["NanoCpus"] == 2_000_000_000
    assert changed(ON_ONE, 4) == asked(ON_ONE)
    for portion in (PORTION, ON_ONE, WHOLE):
        assert not list(differences(portion, {"HostConfig": changed(portion, 4)}))
    assert not list(differences(WHOLE, {"HostConfig": changed(WHOLE, 2)}))


def test_other_cores_and_other_times_are_said() -> None:
    said = {"HostConfig": {**asked(WHOLE), "CpusetCpus": "", "NanoCpus": 1_000_000_000}}
    assert list(differences(WHOLE, said)) == [
        "web has NanoCpus 1000000000, not 0",
        "web has CpusetCpus '', not '2,3'",
    ]


def test_other_bounds_are_said_and_pages_are_forgiven() -> None:
    assert not list(differences(PORTION, inspected(Memory=64 * MIB + 5)))
    assert list(differences(PORTION, inspected(Memory=0, PidsLimit=None))) == [
        "web has Memory 0, not 67108864",
        "web has PidsLimit None, not 40",
    ]


LIMIT = Limit(key="dev/limit/budget", cpus=1, memory_bytes=96 * MIB, pids=100)


def test_a_build_is_told_the_group_of_its_environment() -> None:
    assert building(LIMIT, "/partywall/shop/dev") == {
        "cgroupparent": "/partywall/shop/dev",
        "memory": str(96 * MIB),
        "memswap": str(96 * MIB),
    }


def test_a_build_runs_on_the_cores_of_its_environment() -> None:
    made = building(msgspec.structs.replace(LIMIT, cores=(1, 2)), "/partywall/shop/dev")
    assert made["cpusetcpus"] == "1,2"


def test_a_build_that_a_budget_hinders_says_so() -> None:
    killed = MachineFailed("it could not", detail=["returned a non-zero code: 137"])
    assert "dev may take 96 MiB of memory" in hindered(killed, "web", LIMIT).what
    mount = MachineFailed("the --mount option requires BuildKit. Refer to …")
    assert "keeps to no budget" in hindered(mount, "web", LIMIT).what
    other = MachineFailed("no such file")
    assert hindered(other, "web", LIMIT) is other
