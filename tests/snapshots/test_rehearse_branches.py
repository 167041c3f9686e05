"""A migration of a branch, rehearsed on production's data before anybody merges it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scenarios.branched import Branched
from scenarios.installation import free_ports
from snapshots.places import named

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

UNIQUE = "ALTER TABLE visits ADD CONSTRAINT once UNIQUE (place);\n"


@pytest.fixture
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branched]:
    """Production at `main`, up, with rows; development at `develop`."""
    folder = tmp_path_factory.mktemp("branches")
    http, https = free_ports()
    made = Branched(folder, named("reh"), folder / "commons", {"http": http, "https": https})
    made.commit("develop", "the same", {"note": "of develop"})
    try:
        made.call("up", "prod", "--yes")
        rows = "CREATE TABLE visits (place text); INSERT INTO visits VALUES ('a'), ('b'), ('a')"
        made.call("exec", "prod", "db", "--yes", "--", "psql", "-U", "app", "-c", rows)
        yield made
    finally:
        made.close()


def rehearsed(one: Branched, *words: str, code: int = 0) -> Any:
    """The document of a rehearsal."""
    return json.loads(one.call("rehearse", "--json", *words, code=code).out)


def test_the_branchs_own_job_meets_productions_rows(one: Branched) -> None:
    one.commit("develop", "unique", {"migrations/900_unique.sql": UNIQUE})
    said = rehearsed(one, "--code", "dev", code=1)
    assert said["verdict"] == "fails", said
    assert "real-data" in {reason["kind"] for reason in said["reasons"]}
    assert any("900_unique.sql" in str(reason["where"]) for reason in said["reasons"])
    ours = rehearsed(one, "--code", "prod")
    assert ours["verdict"] == "safe"


def test_each_codes_tests_are_run_with_its_own_files(one: Branched) -> None:
    one.commit("develop", "likes", {"migrations/901_likes.sql": "CREATE TABLE likes (id int);\n"})
    there, absent = (f"sh -c 'test {word} -f /migrations/901_likes.sql'" for word in ("", "!"))
    said = rehearsed(one, "--tests", there, "--old-tests", absent)
    assert said["verdict"] == "safe"
    assert {"tests", "old_tests"} <= set(said["runs"])
    (note,) = rehearsed(one, "--old-tests", there)["notes"]
    assert "former schema" in note, "they failed before, too"
