"""The proof on a real Docker engine: walls hold, planted holes are found, nothing stays behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from engines.docker_bench import docker
from partywall.engines.docker.agents import LABEL
from partywall.engines.docker.labels import ENVIRONMENT, KEY, PROJECT

pytestmark = [pytest.mark.docker, pytest.mark.scenario]
APP = Path(__file__).parents[1] / "scenarios" / "apps" / "boxed"
# An engine in the making is offered by no name.
MAIN = """
from partywall import catalog
from partywall.engines.docker.build import build
from partywall.__main__ import main
main()
"""
Rows = list[dict[str, Any]]


class Boxes:
    """Two environments of the small app, driven by the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "app"
        shutil.copytree(APP, self.folder)
        self.name = f"boxed{os.getpid()}"
        settings = self.folder / "partywall.yaml"
        said = yaml.safe_load(settings.read_text())
        settings.write_text(yaml.safe_dump({**said, "project": self.name}))
        self.variables = {**os.environ, "PARTYWALL_COMMONS": str(folder / "commons")}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", MAIN, "-C", str(self.folder), *words]

    def call(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            self.command(*words),
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == code, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def prove(self, code: int = 0) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.call("prove", "--json", code=code))
        return document

    def owner(self) -> str:
        state = json.loads((self.folder / ".partywall/state.json").read_text())
        return str(state["project_id"])

    def agents(self) -> list[str]:
        label = f"label={PROJECT}={self.owner()}"
        return docker("ps", "-aq", "--filter", label, "--filter", f"label={LABEL}").split()


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    boxes = Boxes(tmp_path_factory.mktemp("boxes"))
    try:
        boxes.call("up", "--yes")
        yield boxes
    finally:
        boxes.call("destroy", "--all", "--yes")
        for volume in docker("volume", "ls", "-q", "--filter", f"name={boxes.name}-").split():
            docker("volume", "rm", volume)


def until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def test_every_wall_holds_and_nothing_stays(boxes: Boxes) -> None:
    said = boxes.prove()
    design = {row["probe"] for row in said["probes"] if row["verdict"] == "shared by design"}
    assert design == {"disk", "limits"}, table(said["probes"])
    verdicts = {row["verdict"] for row in said["probes"] if row["probe"] not in design}
    assert verdicts == {"held"}, table(said["probes"])
    walls = {
        *("cache", "database", "http", "migrations", "network", "outbound", "processes"),
        *("secrets", "session", "vault", "volumes"),
    }
    assert {row["probe"] for row in said["probes"]} == walls | design
    assert said["left"] == []
    assert {name: len(stands) for name, stands in said["stands"].items()} == {"prod": 3, "dev": 3}
    until(lambda: not boxes.agents())
    for name in ("prod", "dev"):
        seen = docker("exec", f"{boxes.name}-{name}-web-1", "find", "/files", "-type", "f")
        assert seen == ""


def test_agents_end_with_whoever_started_them(boxes: Boxes) -> None:
    proving = subprocess.Popen(
        boxes.command("prove"),
        env=boxes.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: len(boxes.agents()) > 3)
        (one, *_) = boxes.agents()
        host = json.loads(docker("inspect", one))[0]["HostConfig"]
        assert (host["Memory"], host["PidsLimit"], host["CapDrop"]) == (256 << 20, 64, ["ALL"])
        assert (host["Privileged"], host["ReadonlyRootfs"]) == (False, True)
        assert host["SecurityOpt"] == ["no-new-privileges"]
    finally:
        proving.kill()
        proving.wait()
    until(lambda: not boxes.agents())


@pytest.mark.sabotage("network", "an alias on a common network of both leads to either")
def test_a_name_on_a_common_network_that_leads_to_either_is_found(boxes: Boxes) -> None:
    """A proxy's network that both join, each with a `db` on it: the trap of one such network."""
    common, intruder = f"{boxes.name}-proxy", f"{boxes.name}-intruder"
    docker("network", "create", "--label", f"{PROJECT}={boxes.owner()}", common)
    try:
        for name in ("prod", "dev"):
            docker("network", "connect", "--alias", "db", common, f"{boxes.name}-{name}-db-1")
        docker(
            *("run", "--detach", "--rm", "--name", intruder, "--network", common),
            *("--label", f"{PROJECT}={boxes.owner()}", "--label", f"{ENVIRONMENT}=dev"),
            *("--label", f"{KEY}=dev/intruder", "redis:7", "sleep", "300"),
        )
        rows = boxes.prove(code=1)["probes"]
    finally:
        subprocess.run(["docker", "rm", "--force", intruder], check=False, capture_output=True)
        for name in ("prod", "dev"):
            docker("network", "disconnect", common, f"{boxes.name}-{name}-db-1")
        docker("network", "rm", common)
    crossed = {row["tried"]: row["answer"] for row in rows if row["verdict"] == "crossed"}
    assert {row["probe"] for row in rows if row["verdict"] == "crossed"} == {"network"}, table(rows)
    led = "be led to prod's containers by names that both have (cache, db, web)"
    assert "db is " in crossed[led], table(rows)
    assert len(re.findall(r"[0-9.]{7,}", crossed[led].partition(" (from")[0])) >= 2, crossed[led]


@pytest.mark.sabotage("network", "a container of one is in the other's network")
@pytest.mark.sabotage("cache", "the same password in both, and a way there")
@pytest.mark.sabotage("processes", "a container sees the processes of the machine")
@pytest.mark.sabotage("vault", "the other's volume is mounted")
@pytest.mark.sabotage("secrets", "the project's folder is mounted, env files and all")
def test_holes_are_found(boxes: Boxes) -> None:
    same = (boxes.folder / ".env.prod").read_text()
    (password,) = re.findall(r"^REDIS_PASSWORD=.*$", same, re.MULTILINE)
    file = boxes.folder / ".env.dev"
    file.write_text(re.sub(r"^REDIS_PASSWORD=.*$", password, file.read_text(), flags=re.MULTILINE))
    boxes.call("up", "dev", "--yes")
    docker("network", "connect", f"{boxes.name}-prod_default", f"{boxes.name}-dev-cache-1")
    intruder = docker(
        *("run", "--detach", "--rm", "--pid", "host", "--network", f"{boxes.name}-dev_default"),
        *("--label", f"{PROJECT}={boxes.owner()}", "--label", f"{ENVIRONMENT}=dev"),
        *("--label", f"{KEY}=dev/intruder", "--volume", f"{boxes.name}-prod_files:/elsewhere"),
        *("--volume", f"{boxes.folder}:/source:ro", "redis:7", "sleep", "300"),
    )
    try:
        rows = boxes.prove(code=1)["probes"]
    finally:
        docker("rm", "--force", intruder)
    crossed = {row["tried"]: row for row in rows if row["verdict"] == "crossed"}
    assert {row["from"] for row in crossed.values()} >= {"dev"}
    for tried in (
        "look up 6 names of prod's containers",
        "connect to 3 ports of prod's containers",
        "send datagrams (UDP) to prod's containers",
        "read prod's cache with its own password",
        "signal prod's processes (signal 0: asked, never delivered)",
        "list prod's 2 volumes",
        "read a file of prod's vault",
        "create a file in prod's vault",
        "open the files that hold prod's secrets",
    ):
        assert tried in crossed, table(rows)
    assert "as /elsewhere" in crossed["list prod's 2 volumes"]["answer"]
    opened = crossed["open the files that hold prod's secrets"]["answer"]
    assert "/source/.env.prod" in opened
    assert "/source/.partywall/rendered/prod/.env" in opened
    both = [row for row in crossed.values() if row["answer"] == "the same in both: REDIS_PASSWORD"]
    assert both


def table(rows: Rows) -> str:
    return "\n".join(
        f"{row['from']} → {row['to']} {row['probe']}: {row['verdict']}: {row['tried']} → "
        f"{row['answer']}"
        for row in rows
    )
