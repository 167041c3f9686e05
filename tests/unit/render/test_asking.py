"""What `advise` asks on a terminal: only what no option has said, with a proposal that fits."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from partywall.advice.needs import Goal, Impact
from partywall.cli.asking import asked

NAMES = ("goal", "impact", "both", "other_code", "second_name", "may_be_away", "app_may_change")


def answered(lines: str, *, alone: bool = False, **said: Any) -> tuple[dict[str, Any], Result]:
    """What came of it when these lines were typed."""
    found: dict[str, Any] = {}

    @click.command()
    def ask() -> None:
        found.update(asked({**dict.fromkeys(NAMES), **said}, alone=alone))

    return found, CliRunner().invoke(ask, input=lines)


def test_empty_lines_take_what_is_proposed() -> None:
    found, shown = answered("\n" * 7)
    assert (found["goal"], found["impact"]) == (Goal.BALANCE, Impact.LITTLE)
    assert all(isinstance(found[name], bool) for name in NAMES[2:])
    for one in Goal:
        assert f"  {one.value} " in shown.output
    assert shown.output.count("?") == 7


def test_what_was_said_is_not_asked() -> None:
    said = dict.fromkeys(NAMES[2:], True)
    found, shown = answered("", goal=Goal.STAGING, impact=Impact.LITTLE, **said)
    assert shown.output == ""
    assert found == {"goal": Goal.STAGING, "impact": Impact.LITTLE, **said}


def test_of_one_environment_alone_nothing_is_asked_about_two() -> None:
    found, shown = answered("simplicity\nn\n", alone=True)
    assert found["goal"] is Goal.SIMPLICITY
    assert found["app_may_change"] is False
    assert [name for name in NAMES if found[name] is None] == [*NAMES[1:-1]]
    assert shown.output.count("?") == 2


@pytest.mark.parametrize("goal", [Goal.MEMORY, Goal.BALANCE])
def test_what_is_proposed_follows_from_the_goal(goal: Goal) -> None:
    found, _ = answered("\n" * 6, goal=goal)
    assert found["may_be_away"] is (goal is Goal.MEMORY)


def test_another_word_is_asked_again() -> None:
    found, shown = answered("fame\nmemory\n" + "\n" * 6)
    assert found["goal"] is Goal.MEMORY
    assert "'fame' is not one of" in shown.output
