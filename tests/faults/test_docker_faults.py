"""What hands and crashes do to containers: `status` shows it, `up` mends it or says why."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api
from partywall.engines.docker.host import SOCKET
from partywall.execution import history
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.installation import SECONDS, until

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

DRIVER = Path(__file__).with_name("driver.py")
PLACES = ("begin:network", "end:volume", "begin:instance", "end:instance", "end:job", "begin:route")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments, up; a test leaves them up."""
    with neighbours(tmp_path_factory.mktemp("faults")) as (one, _):
        one.call("up", "--yes")
        yield one


def container(one: Boxes, key: str) -> str:
    """The id of the only container of a thing."""
    mine = f"label=io.partywall.key={key}"
    (found,) = docker("ps", "-aq", "--no-trunc", "--filter", one.mark, "--filter", mine)
    return found


def drift(one: Boxes, environment: str) -> dict[str, str]:
    """Service → its drift, of those that have any."""
    services = one.document("status", code=None)["environments"][environment]["services"]
    return {name: it["drift"] for name, it in services.items() if it["drift"]}


def whole(one: Boxes) -> None:
    """Everything is there, once, and well; nothing is left to do."""
    assert (one.page("prod"), one.page("dev")) == ("prod says hello", "dev says hello")
    assert one.document("plan")["changes"] == 0
    assert {kind: len(every) for kind, every in one.left().items() if kind != "volume"} == {
        "container": 6,
        "network": 2,
    }
    assert history.unfinished(one.home) is None


def drive(one: Boxes, fuse: str, *words: str) -> int:
    """Run a verb with a fuse; how the process ended."""
    done = subprocess.run(
        [sys.executable, str(DRIVER), fuse, "-C", str(one.folder), *words, "--yes"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
        env=one.environ(),
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def go_on(one: Boxes, way: str, *words: str) -> None:
    """What a user does next; without anything unfinished there is nothing to resume."""
    resumed = way == "resume" and history.unfinished(one.home)
    one.call(*(("resume",) if resumed else words), "--yes")


@pytest.mark.parametrize("place", PLACES)
def test_up_killed_at_a_step_of_each_kind(standing: Boxes, place: str) -> None:
    prod = {key: container(standing, f"prod/{key}") for key in ("web", "cache")}
    standing.call("destroy", "dev", "--yes")
    assert drive(standing, f"SIGKILL:{place}", "up", "dev") == -signal.SIGKILL
    assert "left half done" in standing.call("doctor", code=None).text
    go_on(standing, "resume" if place.startswith("begin") else "again", "up", "dev")
    whole(standing)
    assert {key: container(standing, f"prod/{key}") for key in prod} == prod
    standing.call("trash", "empty", "--yes")


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_every_boundary_of_up_down_and_destroy(standing: Boxes) -> None:
    verbs = {"up": "dev", "down": "dev", "destroy": "dev"}
    standing.call("destroy", "dev", "--yes")
    for verb in verbs:
        line, code = 1, -signal.SIGKILL
        while code == -signal.SIGKILL:
            code = drive(standing, f"SIGKILL:{line}", verb, "dev")
            go_on(standing, "resume" if line % 2 else "again", verb, "dev")
            standing.call("up", "dev", "--yes")
            whole(standing)
            if verb == "up":
                standing.call("destroy", "dev", "--yes")
                standing.call("trash", "empty", "--yes")
            line += 1
        assert line > 10, verb
        standing.call("up", "dev", "--yes")


def test_killed_while_two_of_one_service_are_there(standing: Boxes) -> None:
    path = standing.folder / "compose.yaml"
    before = path.read_text()
    path.write_text(before.replace("says hello", "says more"))
    mine = "label=io.partywall.key=prod/web"
    up = subprocess.Popen(
        standing.command("up", "prod", "--yes"), env=standing.environ(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: len(docker("ps", "-aq", "--filter", standing.mark, "--filter", mine)) == 2)
    finally:
        up.kill()
        up.wait()
        path.write_text(before)
    assert standing.page("prod").startswith("prod says ")
    standing.call("up", "--yes")
    whole(standing)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rm", "-f"), "not there"),
        (("stop", "-t", "1"), "not running"),
        (("pause",), "paused"),
        (("kill",), "not running"),
    ],
)
@pytest.mark.parametrize("service", ["web", "cache"])
def test_a_container_that_hands_took_away_is_drift(
    standing: Boxes, service: str, words: tuple[str, ...], said: str
) -> None:
    standing.cached("dev", "set", "word", "kept")
    docker(*words, container(standing, f"dev/{service}"))
    assert said in drift(standing, "dev")[service]
    assert drift(standing, "prod") == {}
    standing.call("up", "--yes")
    assert standing.cached("dev", "get", "word") == "kept\n"
    whole(standing)


def test_a_network_that_hands_took_away_is_drift(standing: Boxes) -> None:
    name = f"{standing.name}-dev_default"
    inside = json.loads("".join(docker("network", "inspect", "-f", "{{json .Containers}}", name)))
    for one in inside:
        docker("network", "disconnect", "-f", name, one)
    docker("network", "rm", name)
    assert standing.page("dev") != "dev says hello"
    assert "no network" in drift(standing, "dev")["web"]
    assert standing.steps("plan")["dev/network/default"] == "create"
    standing.call("up", "--yes")
    whole(standing)


def test_a_container_that_hands_took_out_of_its_network_is_drift(standing: Boxes) -> None:
    name = f"{standing.name}-dev_default"
    docker("network", "disconnect", "-f", name, container(standing, "dev/web"))
    assert drift(standing, "dev") == {"web": "repair: it is in no network default"}
    standing.call("up", "--yes")
    whole(standing)


def test_a_volume_that_hands_took_away_is_said_loudly(standing: Boxes) -> None:
    standing.cached("prod", "set", "word", "kept")
    (name,) = [one for one in standing.left()["volume"] if "-dev_data" in one]
    docker("rm", "-f", container(standing, "dev/cache"))
    docker("volume", "rm", name)
    assert "its data are gone" in standing.call("status", code=None).text
    said = standing.call("up", "--yes", code=3)
    assert f"the data of dev/volume/data are gone: there is no volume {name} any more" in said.err
    assert name not in standing.left()["volume"]
    assert standing.page("prod") == "prod says hello"
    standing.call("destroy", "dev", "--yes")
    standing.call("up", "--yes")
    assert standing.cached("prod", "get", "word") == "kept\n"
    whole(standing)


def relabelled(one: Boxes, key: str, **labels: str) -> None:
    """Recreate a container with other labels: those of a live one cannot be edited."""
    api, former = Api(SOCKET), container(one, key)
    it: Any = api.get(f"/containers/{former}/json")
    networks = {
        name: {"Aliases": its["Aliases"]} for name, its in it["NetworkSettings"]["Networks"].items()
    }
    body = {
        **it["Config"],
        "Labels": {**it["Config"]["Labels"], **labels},
        "HostConfig": it["HostConfig"],
        "NetworkingConfig": {"EndpointsConfig": networks},
    }
    docker("rm", "-f", former)
    made = api.post("/containers/create", body, name=it["Name"].lstrip("/"))
    api.post(f"/containers/{made['Id']}/start")


def test_an_edited_label_is_drift(standing: Boxes) -> None:
    relabelled(standing, "dev/web", **{"io.partywall.thing": "edited"})
    assert drift(standing, "dev")["web"].startswith("change: ")
    standing.call("up", "--yes")
    assert drift(standing, "dev") == {}
    whole(standing)


def test_an_edited_fingerprint_is_nothing_while_the_description_is_right(standing: Boxes) -> None:
    relabelled(standing, "dev/web", **{"io.partywall.fingerprint": "edited"})
    until(lambda: standing.page("dev") == "dev says hello", what="the page")
    assert "no changes" in standing.call("up", "--yes").out


def test_a_container_without_our_label_is_nobodys_to_replace(standing: Boxes) -> None:
    relabelled(standing, "dev/web", **{"io.partywall.project": "somebody"})
    name = f"{standing.name}-dev-web-1"
    before = docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", name)
    said = standing.call("up", "--yes", code=3)
    assert f"there is a container {name} that is not ours" in said.err
    assert docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", name) == before
    docker("rm", "-f", name)
    standing.call("up", "--yes")
    whole(standing)


def test_an_image_that_is_missing_is_named_and_leaves_what_runs(standing: Boxes) -> None:
    path = standing.folder / "compose.yaml"
    before = path.read_text()
    path.write_text(before.replace("python:3.12-slim", "nobody.invalid/has/this:1"))
    try:
        said = standing.call("up", "--yes", code=4)
        assert "nobody.invalid" in said.err
        assert standing.page("prod") == "prod says hello"
    finally:
        path.write_text(before)
    standing.call("up", "--yes")
    whole(standing)


def test_an_image_removed_while_all_was_down(standing: Boxes) -> None:
    path, image = standing.folder / "compose.yaml", f"partywall-test/{standing.name}:1"
    before = path.read_text()
    docker("tag", "redis:7", image)
    path.write_text(before.replace("redis:7", image))
    try:
        standing.call("up", "dev", "--yes")
        standing.cached("dev", "set", "word", "kept")
        standing.call("down", "dev", "--yes")
        docker("rmi", image)
        said = standing.call("up", "dev", "--yes", code=4)
        assert image.partition(":")[0] in said.err
    finally:
        path.write_text(before)
    standing.call("up", "--yes")
    assert standing.cached("dev", "get", "word") == "kept\n"
    whole(standing)


VERBS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("plan",), 5),
    (("up", "--yes"), 5),
    (("up", "--dry-run"), 5),
    (("down", "--all", "--yes"), 5),
    (("destroy", "--all", "--yes"), 5),
    (("restart", "dev", "web", "--yes"), 5),
    (("status",), 5),
    (("logs", "dev"), 5),
    (("exec", "dev", "web", "--", "true"), 5),
    (("shell", "dev", "web"), 5),
    (("prove",), 5),
    (("doctor",), 1),
    (("render",), 5),
    (("trash", "list"), 5),
    (("trash", "empty", "--yes"), 5),
    (("resume", "--yes"), 2),
    (("env", "dev"), 5),
)


@pytest.mark.parametrize(("words", "code"), VERBS, ids=[" ".join(words) for words, _ in VERBS])
def test_an_engine_that_is_down_is_one_clear_error(
    standing: Boxes, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as nobody:
        nobody.bind(str(tmp_path / "s"))  # as a daemon that died leaves it
    said = standing.call(*words, code=code, DOCKER_HOST=f"unix://{tmp_path}/s")
    if words[0] != "resume":
        assert said.text.count("does not answer") == 1
        assert "systemctl start docker" in said.text


def test_after_an_engine_was_down_nothing_is_lost(standing: Boxes) -> None:
    whole(standing)
    assert "no changes" in standing.call("up", "--yes").out


@contextlib.contextmanager
def hanging(path: Path) -> Iterator[str]:
    """A socket where calls are accepted and never answered."""
    held: list[socket.socket] = []
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(path))
        server.listen()
        accepting = threading.Thread(target=_accept, args=(server, held), daemon=True)
        accepting.start()
        yield f"unix://{path}"
        server.shutdown(socket.SHUT_RDWR)
        accepting.join()
    for one in held:
        one.close()


def _accept(server: socket.socket, held: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            held.append(server.accept()[0])


@pytest.mark.parametrize("words", [("status",), ("up", "--yes")])
def test_an_engine_that_hangs_is_waited_for_only_so_long(
    standing: Boxes, tmp_path: Path, words: tuple[str, ...]
) -> None:
    began = time.monotonic()
    with hanging(tmp_path / "s") as host:
        said = standing.call(*words, code=5, DOCKER_HOST=host)
    assert "the Docker engine stopped answering: nothing came for 15 s" in said.err
    assert time.monotonic() - began < 30
    assert "no changes" in standing.call("up", "--yes").out
