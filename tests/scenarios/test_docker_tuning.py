"""A PostgreSQL on a budget is told what fits its portion, and says so itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenarios.boxes import Boxes, docker, neighbours

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

COMPOSE = """
services:
  db:
    image: postgres:17
    command: postgres -c work_mem=3MB
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}", POSTGRES_USER: app}
    volumes: ["rows:/var/lib/postgresql/data"]
    healthcheck: {test: [CMD, pg_isready, -h, 127.0.0.1], interval: 1s, timeout: 3s, retries: 60}
volumes: {rows: {}}
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Development alone, with a database that may have 160 MiB."""
    with neighbours(tmp_path_factory.mktemp("tuning")) as (one, _):
        (one.folder / "compose.yaml").write_text(COMPOSE)
        one.settings(
            architecture=["dual", "limits"],
            environments={
                "prod": {},
                "dev": {"protected": False, "limits": {"memory": "160M", "cpus": 1}},
            },
        )
        one.call("up", "dev", "--yes")
        yield one


def shown(one: Boxes, name: str) -> str:
    said = one.call(
        *("exec", "dev", "db", "--", "psql", "-U", "app", "-d", "app", "-Atc", f"SHOW {name}")
    )
    return said.out.strip()


def test_it_is_told_what_fits_and_what_its_command_says_stays(one: Boxes) -> None:
    assert shown(one, "shared_buffers") == "40MB"
    assert shown(one, "effective_cache_size") == "120MB"
    assert shown(one, "maintenance_work_mem") == "10MB"
    assert shown(one, "max_connections") == "40"
    assert shown(one, "work_mem") == "3MB"
    mine = ("--filter", one.mark, "--filter", "label=io.partywall.key=dev/db")
    (container,) = docker("ps", "-q", *mine)
    assert docker("inspect", "--format", "{{.HostConfig.ShmSize}}", container) == [str(80 << 20)]


def test_another_budget_tells_it_anew_and_says_so_before(one: Boxes) -> None:
    limits = {"memory": "200M", "cpus": 1}
    one.settings(environments={"prod": {}, "dev": {"protected": False, "limits": limits}})
    why = {step["key"]: step["why"] for step in one.document("plan", "dev")["steps"]}
    assert "settings shared_buffers 40MB → 50MB" in why["dev/db"]
    one.call("up", "dev", "--yes")
    assert shown(one, "shared_buffers") == "50MB"
    assert one.document("plan", "dev")["steps"] == []
