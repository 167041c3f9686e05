"""Flags in the reference app itself, on both engines: what its users are told on its own pages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from flags.exemplary import EXAMPLES, REMEMBERED_SECONDS, Example
from flags.flagged import FLAG
from scenarios.installation import until

pytestmark = [pytest.mark.scenario, pytest.mark.long]
USERS = 20_000
_DOCKER = pytest.param("docker", marks=pytest.mark.docker)


@pytest.fixture(scope="module", params=["embedded", _DOCKER])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Up; a test leaves it up, with whatever flags."""
    one = EXAMPLES[request.param](tmp_path_factory.mktemp("example") / "makapix")
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.close()


@pytest.fixture(scope="module")
def members(app: Example) -> list[str]:
    """The cookies of those who are there."""
    found = app.members(USERS)
    assert len({*found}) == USERS
    return found


def _those(app: Example, members: list[str]) -> set[str]:
    answers = app.have(members)
    assert None not in answers
    return {member for member, has in zip(members, answers, strict=True) if has}


def test_a_rollout_moves_a_tenth_the_same_again_and_later_those_and_more(
    app: Example, members: list[str]
) -> None:
    assert _those(app, members[:100]) == set()
    app.call("flags", "rollout", FLAG, "10%", "--yes")
    until(lambda: _those(app, members[:100]), what="somebody has it")
    tenth = _those(app, members)
    assert 0.09 <= len(tenth) / USERS <= 0.11
    assert _those(app, members) == tenth
    app.call("flags", "rollout", FLAG, "50%", "--yes")
    until(lambda: len(_those(app, members[:100])) > 25, what="more have it")
    half = _those(app, members)
    assert 0.49 <= len(half) / USERS <= 0.51
    assert tenth < half


def test_what_is_switched_off_is_off_within_two_seconds(app: Example, members: list[str]) -> None:
    app.call("flags", "on", FLAG, "--yes")
    until(lambda: app.has(members[0]) is True, what="it is on")
    app.call("flags", "off", FLAG, "--yes")
    began = time.monotonic()
    until(lambda: _those(app, members[:50]) == set(), what="it is off")
    assert time.monotonic() - began <= 2


def test_a_service_that_is_killed_is_back_and_nobody_noticed(
    app: Example, members: list[str]
) -> None:
    app.call("flags", "on", FLAG, "--yes")
    until(lambda: app.has(members[0]) is True, what="it is on")
    before = app.running("prod")
    app.kill("prod")
    while app.running("prod") in (before, None):
        assert app.has(members[0]) is True
    app.call("flags", "off", FLAG, "--yes")
    until(lambda: app.has(members[0]) is False, what="it is off")


def test_without_answers_what_was_said_holds_for_a_while_and_then_it_is_off(
    app: Example, members: list[str]
) -> None:
    known, new = members[0], members[-1]
    app.call("flags", "on", FLAG, "--yes")
    until(lambda: app.has(known) is True, what="it is on")
    with app.silent("prod"):
        began = time.monotonic()
        assert app.has(known) is True
        while app.has(known) is True:
            assert time.monotonic() - began < REMEMBERED_SECONDS + 20
            time.sleep(0.1)
        assert time.monotonic() - began > REMEMBERED_SECONDS - 5
        assert app.has(known) is False
        assert app.have([new]) == [False]
    until(lambda: app.have([known, new]) == [True, True], what="it is on again")
