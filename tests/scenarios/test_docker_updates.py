"""What visitors see of an update: nothing, unless the plan said so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenarios.boxes import Boxes, docker, neighbours
from scenarios.load import Load

pytestmark = [pytest.mark.scenario, pytest.mark.docker]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Production, up."""
    with neighbours(tmp_path_factory.mktemp("updates")) as (one, _):
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


def updated(one: Boxes, times: int) -> None:
    """Update the page so often under load; every request is answered by the one or the other."""
    with Load(one.port, f"{one.name}.localhost", None, 200 * times) as visitors:
        said = one.page("prod").rpartition(" ")[2]
        for number in range(times):
            edit(one, f"says {said}", f"says {number}")
            said = str(number)
            before = containers(one, "web")
            assert "gap" not in one.call("up", "prod", "--yes").text
            assert one.page("prod") == f"prod says {number}"
            assert len(containers(one, "web")) == 1
            assert containers(one, "web") != before
    edit(one, f"says {said}", "says hello")
    assert visitors.failed == []
    assert visitors.asked >= 200 * times


def test_updates_of_a_page_fail_no_request(one: Boxes) -> None:
    updated(one, 2)


@pytest.mark.long
def test_ten_updates_of_a_page_fail_no_request(one: Boxes) -> None:
    updated(one, 10)


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
