"""An app that was Partywall's from its first day goes on as plain Compose; others do not notice."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from partywall.execution import state
from scenarios.boxes import Boxes, docker, neighbours

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

Two = tuple[Boxes, Boxes]
COMPOSE = "com.docker.compose.project"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with neighbours(tmp_path_factory.mktemp("leave")) as pair:
        for one in pair:
            one.call("up", "--yes")
        try:
            yield pair
        finally:
            for name in () if state.read(pair[0].home) else ("prod", "dev"):
                project = f"{pair[0].name}-{name}"
                for kind, all_ in (("container", "-aq"), ("volume", "-q"), ("network", "-q")):
                    found = docker(kind, "ls", all_, "--filter", f"label={COMPOSE}={project}")
                    for each in found:
                        docker(kind, "rm", *(["-f"] if kind != "network" else []), each)


def described(one: Boxes) -> dict[str, list[str]]:
    """Everything that the engine says of a project, but for what its health checks said last."""
    found = one.left()
    lasting = "{{.Id}} {{.State.StartedAt}} {{json .Config}} {{json .HostConfig}} {{json .Mounts}}"
    formats = {"container": ("--format", lasting)}
    return {
        kind: docker("inspect", "--type", kind, *formats.get(kind, ()), *sorted(names))
        for kind, names in found.items()
    }


def test_data_that_nobody_would_find_again_are_refused_first(two: Two) -> None:
    one, _ = two
    path = one.folder / "compose.yaml"
    before = path.read_text()
    said = yaml.safe_load(before)
    said["services"]["store"] = {"image": "redis:7", "command": "redis-server --appendonly yes"}
    path.write_text(yaml.safe_dump(said))
    one.call("up", "prod", "--yes")
    refused = " ".join(one.call("leave", "--dry-run", code=3).err.split())
    assert "prod/store keeps /data in a volume without a name" in refused
    assert one.document("leave", "--dry-run", "--without-data-of", "store")["away"] is None
    path.write_text(before)
    one.call("up", "prod", "--yes")


def test_what_is_only_written_at_the_stop_is_not_lost(two: Two) -> None:
    one, _ = two
    path = one.folder / "compose.yaml"
    before = path.read_text()
    said = yaml.safe_load(before)
    said["services"]["memory"] = {"image": "redis:7"}
    path.write_text(yaml.safe_dump(said))
    one.call("up", "prod", "--yes")
    name = f"{one.name}-prod-memory-1"
    docker("exec", name, "redis-cli", "set", "kept", "in-memory")
    one.call("leave", "--dry-run")
    refused = " ".join(one.call("leave", "--yes", code=3).err.split())
    assert "runs as before: prod/memory keeps /data in a volume without a name" in refused
    assert "--without-data-of memory" in refused
    assert docker("exec", name, "redis-cli", "get", "kept") == ["in-memory"]
    assert one.document("plan", "prod")["steps"] == []
    path.write_text(before)
    one.call("up", "prod", "--yes")


def killed(one: Boxes, words: str) -> None:
    """Leave, and be killed as soon as something is said."""
    command = [*one.command("leave", "--yes")]
    with subprocess.Popen(
        command, env=one.environ(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = next((line for line in process.stderr if words in line), "")
        process.kill()
    assert said


@pytest.mark.parametrize("words", ["from here on it is away", "start the Compose project"])
def test_what_was_killed_brings_production_back(two: Two, words: str) -> None:
    one, _ = two
    one.cached("prod", "set", "kept", "prod")
    killed(one, words)
    for verb in (("up", "--yes"), ("up", "prod", "--yes"), ("resume", "--yes")):
        assert "resume --back" in one.call(*verb, code=3).err
    assert "handing back prod broke off" in one.call("doctor", code=1).out
    one.call("resume", "--back", "--yes")
    assert one.page("prod") == "prod says hello"
    assert "prod" in one.cached("prod", "get", "kept")
    assert one.document("plan")["changes"] == 0


def test_it_goes_on_as_plain_compose(two: Two) -> None:
    one, other = two
    one.cached("prod", "set", "kept", "prod")
    one.cached("dev", "set", "kept", "dev")
    path = one.folder / "compose.yaml"
    said = yaml.safe_load(path.read_text())
    said["volumes"]["data"] = {"name": f"{one.name}-of-old"}
    path.write_text(yaml.safe_dump(said))
    before = described(other)
    labels = {COMPOSE: f"{one.name}-prod", f"{COMPOSE}.working_dir": "/elsewhere"}
    labels |= {"com.docker.compose.service": "ghost", "com.docker.compose.oneoff": "False"}
    marks = [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]
    ghost = docker("run", "-d", *marks, "redis:7")

    said = one.call("leave", "--yes", "--json")
    done = json.loads(said.out)
    unnamed = re.findall(r"what prod/store kept in a volume without a name is in (\w+)", said.err)
    assert docker("volume", "rm", *unnamed) == unnamed != []
    assert done["last"] is False
    assert done["writes"] == ["compose.handed-back.yaml", ".env.handed-back"]
    name = f"{one.name}-prod"
    kept = docker("exec", f"{name}-cache-1", "redis-cli", "get", "kept")
    assert kept == ["prod"]
    shown = docker("inspect", "--format", "{{json .Config.Labels}}", f"{name}-cache-1")
    assert "io.partywall" not in " ".join(shown)
    assert not docker("ps", "-aq", "--filter", f"label={COMPOSE}={one.name}-dev")
    assert f"{one.name}-dev_data" in docker("volume", "ls", "-q")
    assert not one.home.exists()
    assert one.page("dev") == "404"

    words = done["command"].removeprefix("docker compose ").split()
    one.plain(*words, "up", "-d")
    assert docker("exec", f"{name}-cache-1", "redis-cli", "get", "kept") == ["prod"]
    assert described(other) == before
    assert other.page("prod") == "prod says hello"
    assert docker("inspect", "--format", "{{.State.Status}}", *ghost) == ["running"]
    docker("rm", "-f", "-v", *ghost)
    assert Path(other.commons).exists()


def test_nothing_is_left_to_leave(two: Two) -> None:
    said = two[0].call("leave", "--yes", code=3)
    assert "nothing of Partywall is here" in said.err
