"""Production that `docker compose` started: development comes beside it, and it is not touched."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import yaml

from partywall.compose.cli import program
from scenarios.boxes import Boxes, docker, neighbours

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

ENV = "CACHE_PASSWORD=production-secret-12\nSTRIPE_API_KEY=sk_live_0123456789\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """An app whose production runs already; no settings of ours yet."""
    with neighbours(tmp_path_factory.mktemp("attached")) as (one, _):
        (one.folder / "partywall.yaml").unlink()
        path = one.folder / "compose.yaml"
        said = yaml.safe_load(path.read_text())
        said["name"] = one.name
        del said["services"]["prepare"]
        said["services"]["web"]["container_name"] = f"{one.name}-page"
        said["services"]["web"]["environment"]["KEY"] = "${STRIPE_API_KEY}"
        said["services"]["cache"]["environment"] = {
            "CACHE_PASSWORD": "${CACHE_PASSWORD}",
            "ADMIN_PASSWORD": "${ADMIN_PASSWORD:-changeme}",
        }
        said["volumes"]["data"] = {"name": f"{one.name}_of_old"}
        path.write_text(yaml.safe_dump(said))
        env = one.folder / ".env"
        env.write_text(ENV)
        env.chmod(0o600)
        compose(one, "up", "-d", "--wait")
        try:
            yield one
        finally:
            compose(one, "down", "--volumes")


def compose(one: Boxes, *words: str) -> None:
    subprocess.run([program(), *words], cwd=one.folder, check=True, capture_output=True)


def production(one: Boxes) -> dict[str, str]:
    """Name → id and start of every container of the running production, and of its volume."""
    ids = docker("ps", "-q", "--filter", f"label=com.docker.compose.project={one.name}")
    shown = docker("inspect", "--format", "{{.Name}}={{.Id}}{{.State.StartedAt}}", *ids)
    volume = docker("volume", "inspect", "--format", "{{.CreatedAt}}", f"{one.name}_of_old")
    return {**dict(line.split("=") for line in shown), "volume": volume[0]}


def kept(one: Boxes) -> str:
    return " ".join(docker("exec", f"{one.name}-cache-1", "redis-cli", "get", "kept"))


def test_the_whole_life_of_development_beside_it(running: Boxes) -> None:
    docker("exec", f"{running.name}-cache-1", "redis-cli", "set", "kept", "yes")
    before = production(running)
    assert len(before) == 3

    refused = running.call("--engine", "docker", "up", "--yes", code=3)
    assert f"{{attach: {running.name}}}" in refused.err
    said = running.call("--engine", "docker", "init")
    assert running.name in said.text
    settings = yaml.safe_load((running.folder / "partywall.yaml").read_text())
    assert settings["environments"]["prod"]["attach"] == running.name
    running.settings(edge=running.edge, environments={
        "prod": {"production": True, "attach": running.name}, "dev": {"protected": False},
    })  # fmt: skip

    running.call("up", "--yes")
    assert running.page("dev") == "dev says hello"
    assert running.document("plan")["changes"] == 0
    shown = running.document("status")["environments"]["prod"]
    assert (shown["attached"], shown["url"], shown["healthy"]) == (running.name, None, True)
    assert running.call("exec", "prod", "cache", "--yes", "--", "redis-cli", "get", "kept").out
    assert "asked for" not in running.call("logs", "prod", "cache").out
    proof = running.document("prove", code=None)["probes"]
    assert "crossed" not in {one["verdict"] for one in proof}
    assert ("network", "held") in {(one["probe"], one["verdict"]) for one in proof}
    running.call("down", "dev", "--yes")
    running.call("up", "dev", "--yes")
    running.call("restart", "dev", "web", "--yes")
    running.call("destroy", "dev", "--yes")
    running.call("destroy", "--all", "--yes")

    assert production(running) == before
    assert kept(running) == "yes"


def test_nothing_is_done_to_it(running: Boxes) -> None:
    for words in (("up", "prod"), ("down", "prod"), ("destroy", "prod"), ("restart", "prod")):
        said = running.call(*words, "--yes", code=3)
        assert f"prod is attached to the Compose project {running.name}" in said.err


def test_development_has_secrets_of_its_own(running: Boxes) -> None:
    made = (running.folder / ".env.dev").read_text()
    assert "CACHE_PASSWORD=" in made
    assert "production-secret-12" not in made
    assert "STRIPE_API_KEY=not-registered-for-dev" in made
    assert not (running.folder / ".env.prod").exists()
