"""The questions of `partywall advise`: what no option has said, asked on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from partywall.advice.needs import WORDS, Goal, Impact, Needs

Answers = Mapping[str, Any]


def asked(said: Answers, *, alone: bool) -> dict[str, Any]:
    """The same answers, those that were None asked for; an empty line takes what is proposed.

    Args:
        said: name of a need → what an option says of it, or None.
        alone: no second environment is needed, and nothing is asked about one.
    """
    made = dict(said)
    if made["goal"] is None:
        made["goal"] = _goal()
    if made["impact"] is None and not alone:
        made["impact"] = _impact()
    needs = Needs(goal=made["goal"])
    for name, question, proposed, of_two in _QUESTIONS:
        if made[name] is None and not (alone and of_two):
            made[name] = click.confirm(question, default=proposed(needs), err=True)
    return made


def _goal() -> Goal:
    click.echo("What matters most?", err=True)
    for one in Goal:
        click.echo(f"  {one.value:<11} {WORDS[one]}", err=True)
    return Goal(_chosen("Goal", [one.value for one in Goal], Goal.BALANCE.value, shown=False))


def _impact() -> Impact:
    question = "How much may production notice of the other environment?"
    return Impact(_chosen(question, [one.value for one in Impact], Impact.LITTLE.value, shown=True))


def _chosen(question: str, options: list[str], proposed: str, *, shown: bool) -> str:
    answer: str = click.prompt(
        question, type=click.Choice(options), default=proposed, show_choices=shown, err=True
    )
    return answer


_QUESTIONS: tuple[tuple[str, str, Callable[[Needs], bool], bool], ...] = (
    (
        "both",
        "Do both have to answer at the same time?",
        lambda needs: needs.wants_both,
        True,
    ),
    (
        "other_code",
        "Does the other environment run other code than production?",
        lambda needs: needs.wants_other_code,
        True,
    ),
    ("second_name", "Can a second host name lead here?", lambda _needs: True, True),
    (
        "may_be_away",
        "May production be away for minutes?",
        lambda needs: needs.goal is Goal.MEMORY,
        True,
    ),
    ("app_may_change", "Can the app be changed?", lambda _needs: True, False),
)
"""Need, question, what is proposed, and whether it is about a second environment."""
