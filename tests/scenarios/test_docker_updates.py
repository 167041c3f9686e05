"""What visitors see of an update: nothing, unless the plan said so."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import yaml

from scenarios.boxes import Boxes, docker, neighbours
from scenarios.load import Load

pytestmark = [pytest.mark.scenario, pytest.mark.docker]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Production, up: a page, and an API below `/api`."""
    with neighbours(tmp_path_factory.mktemp("updates")) as (one, _):
        path = one.folder / "compose.yaml"
        said = yaml.safe_load(path.read_text())
        api = copy.deepcopy(said["services"]["web"])
        api["command"][-1] = api["command"][-1].replace("says hello", "counts hello")
        said["services"]["api"] = {**api, "x-partywall": {"role": "app", "route": "/api"}}
        said["services"]["web"]["x-partywall"] = {"role": "web", "route": "/"}
        path.write_text(yaml.safe_dump(said, sort_keys=False, width=1000))
        one.call("up", "prod", "--yes")
        yield one


def edit(one: Boxes, old: str, new: str) -> None:
    path = one.folder / "compose.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def containers(one: Boxes, service: str) -> list[str]:
    """Ids of the containers of a service of production."""
    mine = f"label=io.partywall.key=prod/{service}"
    return docker("ps", "-aq", "--filter", one.mark, "--filter", mine)


def test_ten_updates_of_page_and_api_fail_no_request(one: Boxes) -> None:
    host = f"{one.name}.localhost"
    with (
        Load(one.port, host, None, 1000) as visitors,
        Load(one.port, host, None, 1000, path="/api") as callers,
    ):
        page, counted = "hello", "hello"
        for number in map(str, range(10)):
            edit(one, f"says {page}", f"says {number}")
            edit(one, f"counts {counted}", f"counts {number}")
            page = counted = number
            before = containers(one, "web") + containers(one, "api")
            assert "gap" not in one.call("up", "prod", "--yes").text
            assert one.page("prod") == f"prod says {number}"
            after = containers(one, "web") + containers(one, "api")
            assert len(after) == 2
            assert not {*before} & {*after}
    edit(one, f"says {page}", "says hello")
    edit(one, f"counts {counted}", "counts hello")
    assert visitors.failed == callers.failed == []
    assert min(visitors.asked, callers.asked) >= 1000


def test_one_that_never_becomes_well_leaves_the_former_one(one: Boxes) -> None:
    one.call("up", "prod", "--yes")
    before = containers(one, "web")
    edit(one, "import http.server, os", "raise SystemExit('broken on purpose')")
    try:
        with Load(one.port, f"{one.name}.localhost", "prod says hello", 200) as visitors:
            said = one.call("up", "prod", "--yes", code=4)
        assert "broken on purpose" in said.err
        assert "prod/web" in said.err
        assert visitors.failed == []
        assert containers(one, "web") == before
    finally:
        edit(one, "raise SystemExit('broken on purpose')", "import http.server, os")
    one.call("up", "prod", "--yes")
    assert one.document("plan", "prod")["changes"] == 0


def test_a_check_that_fails_is_named_with_the_last_lines_of_its_log(one: Boxes) -> None:
    one.call("up", "prod", "--yes")
    before = containers(one, "web")
    path = one.folder / "compose.yaml"
    kept = path.read_text()
    said = yaml.safe_load(kept)
    said["services"]["web"]["healthcheck"] = {
        "test": ["CMD-SHELL", "echo no answer from the till; exit 1"],
        "interval": "300ms",
        "retries": 2,
    }
    path.write_text(yaml.safe_dump(said, sort_keys=False, width=1000))
    try:
        with Load(one.port, f"{one.name}.localhost", "prod says hello", 200) as visitors:
            told = one.call("up", "prod", "--yes", code=4).err
        assert "its health check (`echo no answer from the till; exit 1`) fails" in told
        assert ": no answer from the till" in told
        assert "| ready prod" in told
        assert visitors.failed == []
        assert containers(one, "web") == before
    finally:
        path.write_text(kept)
    one.call("up", "prod", "--yes")
    assert one.document("plan", "prod")["changes"] == 0


def test_what_must_not_be_there_twice_has_a_gap_that_is_said(one: Boxes) -> None:
    edit(one, "--appendonly yes", "--appendonly yes --maxmemory 64mb")
    try:
        notes = one.document("plan", "prod")["notes"]
        assert "prod/cache has a gap while it changes: a cache must not run twice" in notes
    finally:
        edit(one, "--appendonly yes --maxmemory 64mb", "--appendonly yes")


def test_an_update_that_broke_off_is_finished_by_the_next_up(one: Boxes) -> None:
    one.call("up", "prod", "--yes")
    unit = one.home / "rendered" / "prod"
    one.compose(unit, "up", "-d", "--no-deps", "--no-recreate", "--scale", "web=2", "web")
    assert len(containers(one, "web")) == 2
    steps = one.steps("plan", "prod")
    assert steps.pop("prod/web") == "repair"
    assert steps in ({}, {"prod/route/web": "repair"})  # it leads to the one or to the other
    one.call("up", "prod", "--yes")
    assert len(containers(one, "web")) == 1
    assert one.page("prod") == "prod says hello"
    assert one.document("plan", "prod")["changes"] == 0


def test_the_rendered_unit_is_what_was_updated_last(one: Boxes) -> None:
    one.compose(one.home / "rendered" / "prod", "up", "-d")
    assert len(containers(one, "web")) == 1
    assert "no changes" in one.call("up", "prod", "--yes").out


def test_who_lives_in_its_network_follows_it(one: Boxes) -> None:
    path = one.folder / "compose.yaml"
    before = path.read_text()
    said = yaml.safe_load(before)
    words = ["python", "-c", "import time; time.sleep(9999)"]
    lodger = {"image": "python:3.12-slim", "init": True, "command": words}
    said["services"]["side"] = {**lodger, "network_mode": "service:web"}
    path.write_text(yaml.safe_dump(said, sort_keys=False, width=1000))
    try:
        one.call("up", "prod", "--yes")
        for verb in ("change", "restart", "lose"):
            if verb == "change":
                edit(one, "hello", "greets you")
            if verb == "lose":
                docker("rm", "-f", *containers(one, "web"))
            words = ("restart", "prod", "web") if verb == "restart" else ("up", "prod")
            one.call(*words, "--yes")
            asks = "import urllib.request as u; print(u.urlopen('http://localhost:8000').status)"
            said = one.call("exec", "prod", "side", "--yes", "--", "python", "-c", asks)
            assert said.out == "200\n", verb
            assert one.document("plan", "prod")["steps"] == [], verb
    finally:
        path.write_text(before)
        one.call("up", "prod", "--yes")
