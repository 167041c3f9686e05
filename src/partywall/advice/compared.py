"""What is customarily recommended, beside what follows from needs and figures."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.advice.answer import Asked, recommended
from partywall.advice.app import effective
from partywall.advice.machine import MIB
from partywall.advice.needs import Goal, Needs
from partywall.advice.reasons import arithmetic
from partywall.advice.weigh import Space, Weighed
from partywall.architectures.customary import Recommendation
from partywall.model.choices import Choices, Flags, LimitsBy

CRITERIA = {
    "together": "both answering at the same time",
    "staying": "production that is never away",
    "walls": "the walls between data",
    "room": "the memory that is left",
    "frugal": "the memory that it takes",
    "protection": "what protects production's share of the machine",
    "migrations": "how migrations can be tried",
    "code": "code of its own for each",
    "simple": "what it asks",
    "address": "the address for visitors",
}
"""Each criterion in words."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """One architecture that is customarily recommended, and what is found of it here."""

    name: str
    confirmed: bool
    why: str


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One customary recommendation beside ours."""

    goal: str
    wants: str
    named: tuple[Named, ...]
    first: Weighed | None
    """Ours, for the same goal on this machine."""


def compared(asked: Asked, space: Space, said: Iterable[Recommendation]) -> list[Compared]:
    """Each of them for its own goal, on this machine and for this app.

    Args:
        asked: of the needs only what can be had counts, since each goal brings its own.
        space: what this machine and app can have.
        said: what is customarily recommended.
    """
    return [_compared(asked, space, one) for one in said]


def _compared(asked: Asked, space: Space, said: Recommendation) -> Compared:
    needs = Needs(
        goal=Goal(said.goal),
        second_name=asked.needs.second_name,
        app_may_change=asked.needs.app_may_change,
    )
    ranked = space.ranked(needs)
    first = recommended(ranked)
    at = {one.same: one for one in ranked}
    named = []
    for name in said.names:
        same = effective(asked.names[name], asked.site)
        named.append(_named(name, at.get(same), first, needs, space))
    return Compared(goal=said.goal, wants=said.wants, named=tuple(named), first=first)


def _named(
    name: str, one: Weighed | None, first: Weighed | None, needs: Needs, space: Space
) -> Named:
    if one is None:
        return Named(name=name, confirmed=False, why="this app cannot have it")
    if one.unmet:
        return Named(name=name, confirmed=False, why=one.unmet[0])
    if not one.fits or first is None:
        why = f"it does not fit: {arithmetic(one.estimate, space.machine)}"
        return Named(name=name, confirmed=False, why=why)
    figures = _figures(one, first)
    if one.same == first.same:
        return Named(name=name, confirmed=True, why=f"it is first, {figures}")
    if _bare(one.same) == _bare(first.same):
        why = f"it is first with a budget laid over it, {figures}"
        return Named(name=name, confirmed=True, why=why)
    why = f"{first.point.words} is ahead most by {CRITERIA[_lost(one, first, needs)]}, {figures}"
    return Named(name=name, confirmed=False, why=why)


def _figures(one: Weighed, first: Weighed) -> str:
    mine = f"{one.estimate.bytes // MIB} MiB at rest, {one.score:.2f} points"
    if one.same == first.same:
        return mine
    return f"{mine} beside {first.estimate.bytes // MIB} MiB and {first.score:.2f}"


def _bare(choices: Choices) -> Choices:
    """Without what can be laid over any point."""
    return msgspec.structs.replace(choices, limits=LimitsBy.NONE, flags=Flags.OFF)


def _lost(one: Weighed, first: Weighed, needs: Needs) -> str:
    """The criterion by which it falls behind most."""
    weights = needs.weights
    return max(
        CRITERIA,
        key=lambda name: (
            getattr(weights, name) * (getattr(first.criteria, name) - getattr(one.criteria, name))
        ),
    )
