"""A build of development takes from its budget: production's memory is none of its business."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.boxes import Boxes, docker, neighbours

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

PARENT = Path("/sys/fs/cgroup/memory/partywall")
LIMITS = {"memory": "128M", "cpus": 1, "pids": 200}
MOST = ("memory.max_usage_in_bytes", "memory.peak")

COMPOSE = """
services:
  web:
    image: python:3.12-slim
    init: true
    stop_grace_period: 1s
    expose: ["8000"]
    command: [python, -m, http.server, "8000", --directory, /tmp]
  built:
    build: {context: ./built, args: {EAT: "${EAT:-40}"}}
    init: true
    stop_grace_period: 1s
    expose: ["8000"]
    command: [python, -m, http.server, "8000", --directory, /said]
"""
DOCKERFILE = f"""
FROM python:3.12-slim
ARG EAT=1
RUN mkdir /said && cp /proc/self/cgroup /said/groups \\
 && echo {os.getpid()} && python -c "import time; x = bytearray($EAT << 20); time.sleep(1.5)"
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Production without a budget, up; development with one, not yet up."""
    with neighbours(tmp_path_factory.mktemp("builds")) as (one, _):
        (one.folder / "compose.yaml").write_text(COMPOSE)
        (one.folder / "built").mkdir()
        (one.folder / "built" / "Dockerfile").write_text(DOCKERFILE)
        (one.folder / ".env.prod").write_text("EAT=1\n")
        (one.folder / ".env.dev").write_text("EAT=40\n")
        one.settings(
            architecture=["dual", "limits"],
            environments={"prod": {}, "dev": {"protected": False, "limits": LIMITS}},
        )
        one.call("up", "prod", "--yes")
        mark = one.mark
        yield one
    for image in set(docker("images", "-q", "--filter", mark)):
        docker("rmi", "-f", image)


def production(one: Boxes) -> list[str]:
    mine = "label=io.partywall.environment=prod"
    ids = docker("ps", "-aq", "--filter", one.mark, "--filter", mine)
    form = "{{.Id}}{{.State.StartedAt}}{{.RestartCount}}{{.State.OOMKilled}}"
    return sorted(docker("inspect", "--format", form, *ids))


class Watch:
    """Looks at the groups of an environment's budget while something is built."""

    def __init__(self, one: Boxes) -> None:
        self._folder = PARENT / one.name / "dev"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most: dict[str, int] = {}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for folder in self._folder.glob("*/"):
                for name in MOST:
                    try:
                        size = int((folder / name).read_text())
                    except OSError:
                        continue
                    self.most[folder.name] = max(size, self.most.get(folder.name, 0))


def test_a_build_runs_inside_the_budget(one: Boxes) -> None:
    with Watch(one) as watch:
        one.call("up", "dev", "--yes")
    standing = set(docker("ps", "-aq", "--no-trunc", "--filter", one.mark))
    built = {name: size for name, size in watch.most.items() if name not in standing}
    assert max(built.values()) > 40 << 20, watch.most
    said = one.call("exec", "dev", "built", "--", "cat", "/said/groups").out
    groups = [line.split(":", 2) for line in said.splitlines()]
    mine = {name: path for _, name, path in groups if name in ("memory", "cpu", "pids")}
    assert all(path.startswith(f"/partywall/{one.name}/dev/") for path in mine.values())
    assert len(mine) == 3


def test_a_hungry_build_dies_alone_and_says_why(one: Boxes) -> None:
    before = production(one)
    (one.folder / ".env.dev").write_text("EAT=400\n")
    began = time.monotonic()
    said = one.call("up", "dev", "--yes", code=4)
    assert "the build of built was killed: dev may take 128 MiB of memory" in said.err + said.out
    assert "give dev more `memory`" in said.err + said.out
    assert time.monotonic() - began < 60
    assert production(one) == before
    assert one.page("prod") != "nobody"
    (one.folder / ".env.dev").write_text("EAT=40\n")
    one.call("up", "dev", "--yes")


def test_what_only_buildkit_can_build_is_refused_in_words(one: Boxes) -> None:
    path = one.folder / "built" / "Dockerfile"
    path.write_text("FROM python:3.12-slim\nRUN --mount=type=cache,target=/c true\n")
    said = one.call("up", "dev", "--yes", code=4)
    assert "built can only be built by BuildKit, which keeps to no budget" in said.err + said.out
    path.write_text(DOCKERFILE)
    one.call("up", "dev", "--yes")
