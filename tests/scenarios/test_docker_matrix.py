"""`matrix` on Docker: what runs stays what it is, and the engine has nothing more afterwards."""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.boxes import Boxes, docker, neighbours
from scenarios.installation import until
from scenarios.running import Running

pytestmark = [pytest.mark.scenario, pytest.mark.docker, pytest.mark.timeout(900)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where scratch copies are."""
    made = tmp_path / "scratch"
    made.mkdir()
    return made


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Boxes]:
    """A page that counts in a cache, not yet up."""
    with neighbours(tmp_path / "user") as (one, _):
        yield one


def as_it_is(one: Boxes) -> dict[str, Any]:
    """Everything that somebody would miss, or see changed."""
    form = "{{.Id}}@{{.State.StartedAt}}@{{.State.Pid}}@{{.RestartCount}}"
    edge = one.commons / "edge"
    routes = [*edge.rglob("*.json"), *(one.home / "rendered").rglob("*.yaml")]
    return {
        **one.left(),
        "containers": docker("inspect", "--format", form, *sorted(one.left()["container"])),
        "routes": {
            str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(routes)
        },
        "pages": {name: one.page(name) for name in ("prod", "dev")},
        "kept": {name: one.cached(name, "get", "kept") for name in ("prod", "dev")},
    }


def scratches(one: Boxes) -> list[str]:
    """What the engine has of scratch copies, by name."""
    mark = f"{one.name}-matrix-"
    every = [
        *docker("ps", "-a", "--format", "{{.Names}}"),
        *docker("volume", "ls", "--format", "{{.Name}}"),
        *docker("network", "ls", "--format", "{{.Name}}"),
        *docker("images", "--format", "{{.Repository}}:{{.Tag}}"),
    ]
    return [name for name in every if mark in name]


def assert_nothing_left(one: Boxes, place: Path) -> None:
    """No container, volume, network or image, no file and no record of a scratch copy."""
    assert scratches(one) == []
    assert list(place.iterdir()) == []
    assert not (one.home / "matrix" / "scratch.json").exists()


def running(one: Boxes, place: Path, *words: str) -> Running:
    """`matrix` at work."""
    return Running(one.command(*words), {**one.environ(), "TMPDIR": str(place)})


def test_beside_a_live_installation_nothing_changes_and_nothing_is_left(
    one: Boxes, place: Path
) -> None:
    one.call("up", "--yes")
    for name in ("prod", "dev"):
        one.cached(name, "set", "kept", name)
    before = as_it_is(one)
    words = ("matrix", "dual", "limits", "--quick")

    killed = running(one, place, *words)
    killed.until_it_says("production alone: up")
    until(lambda: scratches(one), what="something of it is there")
    assert killed.ended_by(signal.SIGKILL) == -signal.SIGKILL

    interrupted = running(one, place, *words)
    interrupted.until_it_says("dual (1 of 2): memory")
    assert "what an interrupted run left" in interrupted.said
    assert interrupted.ended_by(signal.SIGINT) == 130
    assert_nothing_left(one, place)

    document = json.loads(one.call(*words, "--json", TMPDIR=str(place)).out)
    assert as_it_is(one) == before
    assert_nothing_left(one, place)
    assert document["not_measured"] == {}
    for measured in document["architectures"].values():
        figures = measured["figures"]
        assert figures["parallel"] == {"environments": 2, "asked": 20, "both": 20}
        assert figures["walls"]["crossed"] == []
        assert figures["migration"] == {
            "tried": False, "worked": False, "production_changed": False,
            "why": "prod has no PostgreSQL database",
        }  # fmt: skip
        assert figures["taken"]["running"] > figures["alone"]["running"]
        assert figures["taken"]["idle_cores"] > 0
        assert figures["taken"]["data_bytes"] > 0
        assert [change["kind"] for change in figures["changes"]] == ["deploy"]
    dual, limits = (document["architectures"][name]["figures"] for name in ("dual", "limits"))
    assert [burn["limits"] for burn in dual["burns"]] == [False]
    assert [burn["limits"] for burn in limits["burns"]] == [False, True]
    assert limits["burns"][0] == dual["burns"][0]
    for burn in limits["burns"]:
        assert len(burn["quiet_ms"]) == len(burn["burning_ms"]) == 3, burn["why"]
        assert burn["word"] in ("passed", "failed", "not measurable here")


def test_what_would_touch_the_host_is_not_measured(one: Boxes, place: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hosts"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    text = (one.folder / "compose.yaml").read_text()
    changed = text.replace('volumes: ["data:/data"]', f'volumes: ["{folder}:/data"]')
    assert changed != text
    (one.folder / "compose.yaml").write_text(changed)
    done = one.call("matrix", "dual", "--quick", code=1, TMPDIR=str(place))
    assert "a scratch copy must not touch what is there" in done.err
    assert f"would write into {folder}, a folder of the host" in done.err
    assert [file.name for file in folder.iterdir()] == ["mine"]
    assert_nothing_left(one, place)
