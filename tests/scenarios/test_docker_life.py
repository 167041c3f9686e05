"""The life of projects in containers: each verb does what is due, and takes nothing from others."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from partywall.workflows import commons
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.installation import until

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

Two = tuple[Boxes, Boxes]
EDGE = ["-edge-1", "-edge-a-1", "-edge-b-1", "_default"]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Two projects on one edge: the first is up, the second never was."""
    with neighbours(tmp_path_factory.mktemp("boxes")) as (one, other):
        one.call("up", "--yes")
        yield one, other


@pytest.fixture(scope="module")
def standing(two: Two) -> Boxes:
    return two[0]


def edge_of(one: Boxes) -> list[str]:
    """Names of the containers and networks of the edge."""
    own = commons.find(one.environ()).name
    every = [
        *docker("ps", "-a", "--format", "{{.Names}}"),
        *docker("network", "ls", "--format", "{{.Name}}"),
    ]
    return sorted(name.removeprefix(own) for name in every if name.startswith(own))


def test_up_twice_says_no_changes(standing: Boxes) -> None:
    assert standing.page("dev") == "dev says hello"
    assert "no changes" in standing.call("up", "--yes").out
    assert standing.call("doctor", code=None).text.count("without the overlay") == 1


def test_an_engine_that_does_not_answer_is_said_once(standing: Boxes) -> None:
    away = {"DOCKER_HOST": "unix:///tmp/no-engine-here"}
    assert standing.call("doctor", code=1, **away).out.count("does not answer") == 1
    assert "systemctl start docker" in standing.call("status", code=5, **away).err


def test_status_knows_who_runs_and_how_much_memory_they_take(standing: Boxes) -> None:
    dev = standing.document("status")["environments"]["dev"]
    assert dev["healthy"] is True
    assert set(dev["services"]) == {"web", "cache"}
    assert all(one["memory_bytes"] > 500_000 for one in dev["services"].values())


def test_data_without_a_named_volume_come_back(standing: Boxes) -> None:
    path = standing.folder / "compose.yaml"
    before = path.read_text()
    said = yaml.safe_load(before)
    said["services"]["store"] = {"image": "redis:7"}
    path.write_text(yaml.safe_dump(said))
    name = f"{standing.name}-dev-store-1"

    def ask(*words: str) -> list[str]:
        return docker("exec", name, "redis-cli", *words)

    def volume() -> str:
        shown = docker("inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", name)
        return " ".join(shown)

    standing.call("up", "dev", "--yes")
    ask("set", "kept", "in-memory")
    kept = volume()
    standing.call("down", "dev", "--yes")
    standing.call("up", "dev", "--yes")
    assert (ask("get", "kept"), volume()) == (["in-memory"], kept)
    assert standing.document("plan", "dev")["changes"] == 0
    standing.call("restart", "dev", "store", "--yes")
    said["services"]["store"]["environment"] = {"CHANGED": "yes"}
    path.write_text(yaml.safe_dump(said))
    standing.call("up", "dev", "--yes")
    assert ask("get", "kept") == ["in-memory"]
    standing.compose(standing.home / "rendered/dev", "down")
    standing.compose(standing.home / "rendered/dev", "up", "-d")
    assert ask("get", "kept") == ["in-memory"]

    standing.call("destroy", "dev", "--yes")
    waits = standing.trash()["dev/volume/store:data"]
    standing.call("trash", "restore", waits)
    standing.call("up", "dev", "--yes")
    assert ask("get", "kept") == ["in-memory"]
    standing.call("destroy", "dev", "--yes")
    standing.call("trash", "empty", "--yes")
    assert kept not in docker("volume", "ls", "-q")
    path.write_text(before)
    standing.call("up", "dev", "--yes")


def test_logs_are_those_of_services_and_jobs(standing: Boxes) -> None:
    assert "ready dev" in standing.call("logs", "dev", "web").out.splitlines()
    assert "OK" in standing.call("logs", "dev", "prepare").out.splitlines()
    every = standing.call("logs", "dev", "-n", "1").out.splitlines()
    assert {line.split()[0] for line in every} == {"cache", "web"}
    for part in ("edge", "edge-a", "edge-b"):
        assert "server running" in standing.call("logs", "machine", part).out


def test_following_goes_on_over_restarts_and_new_containers(
    standing: Boxes, tmp_path: Path
) -> None:
    with (tmp_path / "log").open("wb") as file, subprocess.Popen(
        standing.command("logs", "dev", "-n", "0", "--follow"), stdout=file, env=standing.environ()
    ) as following:  # fmt: skip

        def told(text: str) -> bool:
            return text in (tmp_path / "log").read_text()

        def asks(path: str) -> bool:
            """The first lines may be older than the listening."""
            words = ("python", "-c", f"import urllib.request as u; u.urlopen('{path}')")
            standing.call("exec", "dev", "web", "--", *words)
            return told(path.rpartition("8000")[2])

        try:
            until(lambda: asks("http://127.0.0.1:8000/one"), what="the first line")
            standing.call("restart", "dev", "web")
            until(lambda: asks("http://127.0.0.1:8000/two"), what="a line after the restart")
            docker("rm", "-f", f"{standing.name}-dev-web-1")
            standing.call("up", "dev", "--yes")
            until(lambda: asks("http://127.0.0.1:8000/three"), what="a line of the new container")
            assert (tmp_path / "log").read_text().count("ready dev") == 2
        finally:
            following.kill()


def test_exec_hands_on_words_and_the_exit_code(standing: Boxes) -> None:
    said = standing.call("exec", "dev", "web", "--", "sh", "-c", "echo $NAME; exit 7", code=7)
    assert said.out == "dev\n"
    assert standing.call("exec", "dev", "web", "--", "nothing", code=None).code in (126, 127)


def test_data_outlive_down_and_come_back_from_the_trash(standing: Boxes) -> None:
    standing.cached("dev", "set", "word", "first")
    standing.call("down", "dev", "--yes")
    assert standing.page("dev") == "404"
    assert "nothing left of what it wrote" in standing.call("logs", "dev", code=2).err
    standing.call("up", "dev", "--yes")
    assert standing.cached("dev", "get", "word") == "first\n"

    standing.call("destroy", "dev", "--yes")
    assert standing.page("prod") == "prod says hello"
    standing.call("trash", "restore", standing.trash()["dev/volume/data"])
    assert standing.trash() == {}
    standing.call("up", "dev", "--yes")
    assert standing.cached("dev", "get", "word") == "first\n"
    assert "no changes" in standing.call("plan").out


def test_old_data_do_not_take_the_place_of_new_ones(standing: Boxes) -> None:
    standing.cached("dev", "set", "word", "old")
    standing.call("destroy", "dev", "--yes")
    standing.call("up", "dev", "--yes")
    assert standing.cached("dev", "get", "word").strip() == ""
    refused = standing.call("trash", "restore", standing.trash()["dev/volume/data"], code=3)
    assert "has new data" in refused.err
    volumes = set(standing.left()["volume"])
    standing.call("trash", "empty", "--yes")
    assert len(volumes - set(standing.left()["volume"])) == 1
    assert standing.cached("dev", "set", "word", "new") == "OK\n"


def test_the_rendered_units_run_without_partywall(standing: Boxes) -> None:
    standing.cached("prod", "set", "word", "kept")
    written = standing.call("render").out.splitlines()
    rendered = standing.home / "rendered"
    assert str(standing.commons / "rendered" / "edge" / "compose.yaml") in written
    assert "docker compose up -d" in (rendered / "README.md").read_text()
    assert "no changes" in standing.call("up", "--yes").out

    places = [rendered / "prod", rendered / "dev", standing.commons / "rendered" / "edge"]
    for place in reversed(places):
        standing.compose(place, "down")
    assert standing.page("prod") == "nobody"
    # The edge was in a network of dev, which is gone: that holds up nobody else.
    standing.call("up", "prod", "--yes")
    assert standing.page("prod") == "prod says hello"
    standing.call("render")
    for place in places:
        standing.compose(place, "up", "-d")
    until(lambda: standing.page("prod") == "prod says hello", what="the page without Partywall")
    assert standing.cached("prod", "get", "word") == "kept\n"
    assert "no changes" in standing.call("up", "--yes").out


def test_projects_of_one_machine_want_the_same_of_its_edge(two: Two) -> None:
    one, other = two
    other.settings(edge={**other.edge, "tls": "internal"})
    refused = other.call("up", "--yes", code=3).err
    assert f"project `{one.name}` ({one.folder}) has made it with edge.tls: off" in refused
    assert f"{other.folder}/partywall.yaml" in refused
    assert not (other.folder / ".env.prod").exists()

    other.settings(edge=other.edge, project=one.name)
    refused = other.call("up", "--yes", code=3).err
    assert f"called `{one.name}` too: {one.folder}" in refused
    other.settings(project=other.name)


def test_the_edge_stays_for_as_long_as_somebody_has_routes(two: Two) -> None:
    one, other = two
    other.call("up", "prod", "--yes")
    assert other.page("prod") == "prod says hello"
    assert edge_of(one) == EDGE

    # What one project says by now changes nothing for the other.
    one.settings(edge={**one.edge, "tls": "internal"})
    said = one.call("destroy", "--all", "--yes")
    assert f"the edge is left as it is: project `{other.name}` ({other.folder})" in said.text
    assert one.left() == {"container": [], "network": [], "volume": one.left()["volume"]}
    assert len(one.left()["volume"]) == len(one.trash()) == 2
    assert (one.page("prod"), other.page("prod")) == ("404", "prod says hello")
    assert edge_of(one) == EDGE
    assert "no changes" in other.call("up", "prod", "--yes").out

    other.call("destroy", "prod", "--yes")
    assert edge_of(one) == []
    assert other.left()["container"] == other.left()["network"] == []


def test_what_no_wall_can_stand_against_is_refused(two: Two) -> None:
    _, other = two
    path = other.folder / "compose.yaml"
    before = path.read_text()
    for line, words in (
        ("    network_mode: host\n", "the host's network"),
        ('    volumes: ["/var/run/docker.sock:/s"]\n', "the engine's socket"),
        ("    pid: host\n", "the processes of the host"),
    ):
        path.write_text(before.replace("    init: true\n", line))
        for verb in (("plan",), ("up", "--yes"), ("render",)):
            said = other.call(*verb, code=3)
            assert words in said.err
            assert "compose.yaml:" in said.err
    path.write_text(before + "    external: true\n")
    assert "there is no volume data" in other.call("plan", "prod", code=3).err
    assert other.steps("plan", "dev")["dev/volume/data"] == "create"
    path.write_text(before)
