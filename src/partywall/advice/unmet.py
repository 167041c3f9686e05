"""Requirements that a point does not meet, a sentence each: such a point is never first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from partywall.advice.effort import Task
from partywall.advice.machine import Facts
from partywall.advice.needs import Goal, Needs
from partywall.advice.space import AXES
from partywall.advice.walls import THICKNESS
from partywall.model.choices import Choices, LimitsBy, Presence, RouteBy, Source


def unmet(choices: Choices, needs: Needs, machine: Facts, asked: Sequence[Task]) -> Iterator[str]:
    """Every requirement that a point does not meet."""
    yield from _environments(choices, needs)
    if choices.source is Source.BRANCH and machine.repository is False:
        yield "a checkout for each needs a git repository, and the app's folder is in none"
    if needs.second and needs.wants_other_code and choices.source is Source.ONE:
        yield "both run the one checkout's code, and other code is needed"
    yield from _address(choices, needs)
    if not needs.app_may_change:
        yield from (
            f"the app may not be changed, but {one.what}" for one in asked if one.changes_app
        )
    if needs.own_servers and not _all_own(choices):
        yield "production's data are to have servers and folders of their own, and here not all do"
    for axis in AXES:
        if why := machine.refused.get(f"{axis}: {getattr(choices, axis).value}"):
            yield why
    if choices.limits is LimitsBy.BUDGET and not machine.enforces_budgets:
        yield f"the {machine.engine} engine enforces no budget: it would be a word without effect"


def _environments(choices: Choices, needs: Needs) -> Iterator[str]:
    presence = choices.presence
    if presence is Presence.SINGLE and needs.second:
        yield "there is no second environment"
    if presence is Presence.ON_DEMAND and needs.second and needs.goal is not Goal.MIGRATIONS:
        yield "a copy is a database for a test and no environment: nothing else of the app stands"
    if needs.second and needs.wants_both and presence is not Presence.TOGETHER:
        yield "production and the other environment do not answer at the same time"
    if presence is Presence.SWITCHED and not needs.may_be_away:
        yield "production is away while the other environment stands, and it may not be"


def _address(choices: Choices, needs: Needs) -> Iterator[str]:
    two = choices.presence in (Presence.TOGETHER, Presence.SWITCHED)
    if two and choices.route is RouteBy.DOMAIN and needs.second_name is False:
        yield "it needs a second host name, and there is none to be had"


def _all_own(choices: Choices) -> bool:
    return all(walls[getattr(choices, axis)] == 1.0 for axis, walls in THICKNESS.items())
