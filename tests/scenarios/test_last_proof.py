"""A proof compared with the last one, as somebody sees it who has it run by the clock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenarios.holes import no_password
from scenarios.installation import Installation

pytestmark = pytest.mark.scenario


def kept(installation: Installation) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        (installation.home / "proof" / "last.json").read_text()
    )["attempts"]
    return rows


def when(installation: Installation) -> dict[tuple[str, str], float]:
    """When the attempts between two were made."""
    return {(row["from"], row["to"]): row["at"] for row in kept(installation)}


def test_a_proof_by_the_clock_speaks_of_holes_and_of_changes_alone(
    standing: Installation,
) -> None:
    assert standing.document("prove", code=None)["since"] is None
    assert (standing.home / "proof" / "last.json").stat().st_mode & 0o777 == 0o600
    assert standing.document("prove", code=None)["since"]["changed"] == []
    silent = standing.call("prove", "--quiet")
    assert silent.text == ""
    assert standing.call("prove", "--quiet", "--json").text == ""
    with no_password(standing):
        said = standing.call("prove", "--quiet", code=1)
        assert said.err == ""
        assert "newly crossed" in said.out
        assert "outside → dev  http  open dev." in said.out
        again = standing.call("prove", "--quiet", code=1).out
        assert "crossed" in again
        assert "newly crossed" not in again
        assert "nothing changed since" in again
    changed = standing.document("prove", "--quiet")["since"]["changed"]
    # Behind no password nothing asks for it: such attempts are made again.
    assert {(one["before"], one["now"]) for one in changed} - {(None, "held")} == {
        ("crossed", "held")
    }, changed
    assert {(one["probe"], one["from"], one["to"]) for one in changed} == {
        ("http", "outside", "dev")
    }
    assert standing.call("prove", "--quiet").text == ""


def test_a_proof_of_one_leaves_what_is_known_of_the_rest(standing: Installation) -> None:
    standing.call("prove")
    before = when(standing)
    rows = standing.document("prove", "dev")["probes"]
    assert ("outside", "prod") not in {(row["from"], row["to"]) for row in rows}
    after = when(standing)
    assert after.keys() == before.keys() == {
        ("prod", "dev"), ("dev", "prod"), ("outside", "prod"), ("outside", "dev"),
        ("dev", "outside"),
    }  # fmt: skip
    assert {ends for ends in before if before[ends] == after[ends]} == {("outside", "prod")}


def test_who_does_not_stand_is_missed_once(standing: Installation) -> None:
    standing.call("prove")
    standing.call("down", "dev", "--yes")
    try:
        changed = standing.document("prove", "--quiet", code=None)["since"]["changed"]
        assert {one["answer"] for one in changed} == {"dev does not stand"}
        assert {one["now"] for one in changed} == {None}
        assert standing.call("prove", "--quiet").text == ""
    finally:
        standing.call("up", "dev", "--yes")
    assert standing.call("prove", "--quiet").text == ""


@pytest.mark.parametrize(
    ("content", "words", "replaced"),
    [
        ("{", "nothing to compare with: this file is damaged", True),
        ('{"version": 1, "attempts": [{}]}', "nothing to compare with: this file is damaged", True),
        ('{"version": 99}', "this proof is not kept for comparison: this file was made by", False),
    ],
    ids=["no JSON", "no attempts", "newer"],
)
def test_a_last_proof_that_cannot_be_read_is_said_and_hides_nothing(
    standing: Installation, content: str, words: str, replaced: bool
) -> None:
    path = standing.home / "proof" / "last.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    said = standing.call("prove", "--json")
    document = json.loads(said.out)
    assert words in said.err
    assert str(path) in said.err
    assert document["since"] is None
    assert document["probes"]
    assert (path.read_text() != content) is replaced
    path.unlink()


def test_a_line_for_crontab_is_printed_and_nothing_is_tried(standing: Installation) -> None:
    said = standing.call("prove", "--cron", "dev").out
    assert said.startswith("17 * * * * ")
    assert said.endswith(f"-C {standing.folder} prove --quiet dev\n")
