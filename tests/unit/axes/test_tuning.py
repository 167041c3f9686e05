"""PostgreSQL is told what fits its share, and never over what its command says."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.axes.needs import MIB
from partywall.axes.tuning import tuned
from partywall.model.app import Role
from partywall.model.world import Instance, Portion


def portion(mib: int, pids: int = 200) -> Portion:
    return Portion(
        key="dev/db",
        memory_bytes=mib * MIB,
        cpus=1.0,
        weight=1024,
        pids=pids,
        least_bytes=48 * MIB,
        why="",
    )


def db(**more: Any) -> Instance:
    known = {"key": "dev/db", "service": "db", "role": Role.DATABASE, "image": "postgres:17"}
    return Instance(**(known | more))


def test_a_quarter_is_for_buffers_and_three_quarters_count_as_cache() -> None:
    assert tuned(db(), portion(400)) == {
        "shared_buffers": "100MB",
        "effective_cache_size": "300MB",
        "work_mem": "1536kB",
        "maintenance_work_mem": "25MB",
        "max_connections": "100",
        "shm_size": "200m",
    }


def test_the_smallest_share_still_makes_a_server() -> None:
    assert tuned(db(), portion(48, pids=48)) == {
        "shared_buffers": "16MB",
        "effective_cache_size": "36MB",
        "work_mem": "1024kB",
        "maintenance_work_mem": "4MB",
        "max_connections": "20",
        "shm_size": "24m",
    }


def test_a_large_share_is_not_taken_whole_by_one_sort() -> None:
    large = tuned(db(), portion(64 << 10))
    assert (large["work_mem"], large["maintenance_work_mem"]) == ("65536kB", "1024MB")


def test_connections_fit_memory_and_processes() -> None:
    assert tuned(db(), portion(200))["max_connections"] == "50"
    assert tuned(db(), portion(4096))["max_connections"] == "100"
    assert tuned(db(), portion(4096, pids=72))["max_connections"] == "60"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("postgres", "-c", "shared_buffers=1GB"), "shared_buffers"),
        (("postgres", "-cwork_mem=1MB"), "work_mem"),
        (("postgres", "--max-connections=10"), "max_connections"),
        (("--Shared_Buffers=1GB",), "shared_buffers"),
        (("-N", "10"), "max_connections"),
        (("postgres", "-B", "128MB"), "shared_buffers"),
        (("postgres", "-S", "9000"), "work_mem"),
    ],
)
def test_what_the_command_says_is_left_alone(command: tuple[str, ...], name: str) -> None:
    assert set(tuned(db(), portion(400))) - set(tuned(db(command=command), portion(400))) == {name}


def test_a_size_of_shared_memory_is_left_alone() -> None:
    assert "shm_size" not in tuned(db(definition={"shm_size": "1"}), portion(400))


def test_an_option_without_its_value_says_nothing() -> None:
    assert len(tuned(db(command=("postgres", "-c")), portion(400))) == 6
    assert len(tuned(db(command=("postgres", "-l")), portion(400))) == 6


@pytest.mark.parametrize(
    "more",
    [
        {"image": "postgrest:1"},
        {"image": "bitnami/postgresql:17"},
        {"role": Role.JOB},
        {"build": {"context": "."}},
        {"entrypoint": ("/mine",)},
        {"command": ("sh", "-c", "exec postgres")},
    ],
)
def test_what_is_not_started_as_the_official_image_is_told_nothing(more: dict[str, Any]) -> None:
    assert tuned(db(**more), portion(400)) == {}
