"""What acts on the world runs in production alone, and development's mail reaches nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenarios.boxes import Boxes, docker
from scenarios.installation import free_ports

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

COMPOSE = """
services:
  web:
    image: python:3.12-slim
    init: true
    command: ["python", "-m", "http.server", "8000"]
    ports: ["18432:8000"]
    environment: {SMTP_HOST: smtp.example.org}
    depends_on: {backup: {condition: service_started}}
  backup:
    image: redis:7
    init: true
    command: ["sh", "-c", "while :; do sleep 1; done"]
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    folder = tmp_path_factory.mktemp("outward")
    http_port, https_port = free_ports()
    edge = {"http": http_port, "https": https_port}
    one = Boxes(folder, f"out{http_port}", folder / "commons", edge)
    (one.folder / "compose.yaml").write_text(COMPOSE)
    one.settings(environments={"prod": None, "dev": None}, services={"backup": {"role": "worker"}})
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.call("destroy", "--all", "--yes", code=None)


def running(one: Boxes, environment: str) -> set[str]:
    project = f"label=com.docker.compose.project={one.name}-{environment}"
    named = docker("ps", "--filter", project, "--format", '{{.Label "com.docker.compose.service"}}')
    return set(named)


def test_only_production_makes_backups_and_sends_mail(both: Boxes) -> None:
    assert running(both, "prod") == {"web", "backup"}
    assert running(both, "dev") == {"web"}
    for environment, host in (("prod", "smtp.example.org"), ("dev", "mail.invalid")):
        assert host in both.call("exec", "--yes", environment, "web", "--", "env").out


def test_who_asks_for_it_hears_how_it_is_turned_on(both: Boxes) -> None:
    line = "`environments: {dev: {outward: [backup]}}` in partywall.yaml turns it on"
    assert line in both.call("plan", "dev").text
    said = both.call("logs", "dev", "backup", code=None)
    assert said.code != 0
    assert "is off in dev" in said.text


def test_the_report_is_told_as_markdown_too(both: Boxes) -> None:
    said = both.call("init", "--report", "--markdown").out
    assert "| backup | worker | partywall.yaml says so | 1.0 |" in said
    assert "- **backup**: it makes backups, and is off in dev (compose.yaml:" in said
    twice = both.call("init", "--report", "--markdown", "--json", code=None)
    assert twice.code != 0
    assert "two forms of one report" in twice.err


def test_one_line_turns_it_on_and_off_again(both: Boxes) -> None:
    for outward, wanted, host in (
        (["backup"], {"web", "backup"}, "mail.invalid"),
        (True, {"web", "backup"}, "smtp.example.org"),
        (False, {"web"}, "mail.invalid"),
    ):
        both.settings(environments={"prod": None, "dev": {"outward": outward}})
        both.call("up", "--yes")
        assert running(both, "dev") == wanted
        assert host in both.call("exec", "dev", "web", "--", "env").out
        assert "no changes" in both.call("up", "--yes").text
