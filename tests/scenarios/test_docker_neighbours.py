"""Two projects of one machine, and what is nobody's: no verb of the one touches the others."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api
from partywall.engines.docker.host import SOCKET
from partywall.workflows import commons
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.load import Load

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

Two = tuple[Boxes, Boxes]
MARK = f"test.planted={os.getpid()}"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Two projects on one edge, each with both environments, up."""
    with neighbours(tmp_path_factory.mktemp("neighbours")) as (one, other):
        one.call("up", "--yes")
        other.call("up", "--yes")
        yield one, other


def state(filters: str) -> dict[str, Any]:
    """All that the engine knows of what carries a label, but for how it is at this moment."""
    api = Api(SOCKET)
    found: dict[str, Any] = {}
    for name in docker("ps", "-aq", "--no-trunc", "--filter", filters):
        it: Any = api.get(f"/containers/{name}/json")
        it["State"].pop("Health", None)
        found[name] = {**it, "ExecIDs": None}
    for name in docker("volume", "ls", "-q", "--filter", filters):
        volume: Any = api.get(f"/volumes/{name}")
        found[f"volume {name}"] = {**volume, "files": files(Path(volume["Mountpoint"]))}
    for name in docker("network", "ls", "-q", "--no-trunc", "--filter", filters):
        found[f"network {name}"] = _network(api, name)
    return found


def _network(api: Api, name: str) -> dict[str, Any]:
    """A network, without the edge's sides that are in it."""
    said: Any = api.get(f"/networks/{name}")
    return {key: value for key, value in said.items() if key != "Containers"}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def project(one: Boxes) -> dict[str, Any]:
    """What one project is, to the byte."""
    kept = {str(p): p.read_bytes() for p in one.folder.glob(".env*")}
    fragments = (one.commons / "edge" / "fragments").glob(f"{one.name}.*")
    return {**state(one.mark), **kept, **{str(p): p.read_bytes() for p in fragments}}


def test_destroying_one_leaves_the_other_as_it_is_and_answering(two: Two) -> None:
    one, other = two
    for name in ("prod", "dev"):
        assert one.page(name) == other.page(name) == f"{name} says hello"
        other.cached(name, "set", "word", name)
        other.cached(name, "bgrewriteaof")
    time.sleep(1.5)  # the cache writes its file once a second
    before = project(other)
    with (
        Load(other.port, f"{other.name}.localhost", "prod says hello", 100) as prod,
        Load(other.port, f"dev.{other.name}.localhost", "dev says hello", 100) as dev,
    ):
        one.call("destroy", "--all", "--yes")
        one.call("trash", "empty", "--yes")
    assert prod.failed == dev.failed == []
    assert project(other) == before
    assert not any(one.left().values())
    assert one.page("prod") == "404"
    assert "no changes" in other.call("up", "--yes").out
    one.call("up", "--yes")
    assert project(other) == before


@pytest.fixture
def planted(two: Two) -> Iterator[None]:
    """Things that nobody may take: named and labelled as ours would be, unused and dangling."""
    one = two[0]
    edge = commons.find(one.environ()).name
    theirs = [f"com.docker.compose.project={name}" for name in (f"{one.name}-dev", edge)]
    near = [f"{one.name}-dev-extra", f"{edge}-edge-9", f"partywall-{os.getpid()}"]
    labels = ["--label", MARK]
    try:
        for number, name in enumerate(near):
            more = [*labels, "--label", theirs[number % 2]]
            docker("volume", "create", *more, name)
            docker("network", "create", *more, name)
            docker("create", *more, "--name", name, "redis:7")
            docker("run", "-d", *more, "--name", f"{name}-runs", "-v", f"{name}:/data", "redis:7")
        docker("volume", "create", *labels)
        key = ["--label", "io.partywall.key=dev/web", "--label", "io.partywall.project=other"]
        docker("volume", "create", *labels, *key, f"{one.name}-dev_web")
        docker("create", *labels, *key, "--name", f"{one.name}-dev-web-7", "redis:7")
        docker("build", "-q", *labels, "-t", f"partywall/{one.name}:theirs", str(_image(one)))
        yield
    finally:
        for name in docker("ps", "-aq", "--filter", f"label={MARK}"):
            docker("rm", "-f", name)
        for kind in ("volume", "network"):
            for name in docker(kind, "ls", "-q", "--filter", f"label={MARK}"):
                docker(kind, "rm", name)
        for name in set(docker("images", "-q", "--filter", f"label={MARK}")):
            docker("rmi", "-f", name)


def _image(one: Boxes) -> Path:
    """What a foreign image is built of."""
    folder = one.folder.parent / "image"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text("FROM redis:7\n")
    return folder


def theirs() -> dict[str, Any]:
    images = docker("images", "-q", "--no-trunc", "--filter", f"label={MARK}")
    return {**state(f"label={MARK}"), "images": sorted(images)}


@pytest.mark.usefixtures("planted")
def test_what_is_not_ours_survives_every_verb(two: Two) -> None:
    one, _ = two
    before = theirs()
    assert len(before) == 2 * 3 + 3 + 3 + 1 + 2 + 1
    path = one.folder / "compose.yaml"
    for words in (
        ("up",), ("restart", "dev", "web"), ("down", "dev"), ("up", "dev"), ("destroy", "dev"),
        ("trash", "empty"), ("up",), ("down", "--all"), ("destroy", "--all"), ("trash", "empty"),
        ("up",),
    ):  # fmt: skip
        one.call(*words, "--yes")
        assert theirs() == before, words
    path.write_text(path.read_text().replace("says hello", "says more"))
    one.call("up", "--yes")
    path.write_text(path.read_text().replace("says more", "says hello"))
    one.call("up", "--yes")
    for words in (("plan",), ("status",), ("doctor",), ("render",), ("prove",), ("logs", "dev")):
        one.call(*words, code=None)
    assert theirs() == before


@pytest.mark.usefixtures("planted")
def test_the_last_destroy_of_a_machine_takes_nothing_that_is_not_ours(two: Two) -> None:
    before = theirs()
    for one in two:
        one.call("destroy", "--all", "--yes")
        one.call("trash", "empty", "--yes")
        assert not any(one.left().values())
    assert theirs() == before
    for one in two:
        one.call("up", "--yes")
