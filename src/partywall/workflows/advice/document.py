"""The document of `advise --json`: the answer, with everything that it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from partywall.advice.answer import Answer, Asked, answer
from partywall.advice.compared import Compared, compared
from partywall.advice.memory import Estimate
from partywall.advice.needs import WORDS, Needs
from partywall.advice.reasons import arithmetic, reasons_against, reasons_for
from partywall.advice.weigh import Space, Weighed
from partywall.architectures.customary import RECOMMENDATIONS
from partywall.workflows.advice.facts import Found, Other, found
from partywall.workflows.advice.written import written
from partywall.workflows.project import Project

Document = dict[str, Any]
_BEST = 5
"""So many of the best are shown, beside all that have a name."""


def advise(project: Project, needs: Needs, other: Other, *, every: bool = False) -> Document:
    """What fits, and why.

    Args:
        project: whose app and machine.
        needs: what is wanted.
        other: the machine, where it is not this one.
        every: whether each point of the space is in the list.

    Raises:
        BadInput: when the settings or a Compose file is wrong.
    """
    facts = found(project, needs, other)
    answered = answer(facts.asked)
    first = answered.first
    settings = written(project, first.point) if first else None
    return {
        "recommended": first and _short(first),
        "ranked": [_row(one, answered.space) for one in shown(answered, every=every)],
        "settings": settings.text if settings else "",
        "settings_notes": list(settings.notes) if settings else [],
        "would_change": [
            {"when": one.when, "first": one.first and _short(one.first)} for one in answered.changes
        ],
        "customary": [
            _customary(one) for one in compared(facts.asked, answered.space, RECOMMENDATIONS)
        ],
        **_facts(facts, answered.space),
        "points": len(answered.ranked),
        "refused": _grouped(answered.space.refused),
        "notes": list(facts.notes),
    }


def shown(answered: Answer, *, every: bool) -> Sequence[Weighed]:
    """The best, and whatever has a simple name; in the order of their places."""
    if every:
        return answered.ranked
    return [
        one
        for place, one in enumerate(answered.ranked)
        if place < _BEST or (one.point.name is not None and "+" not in one.point.name)
    ]


def _short(one: Weighed) -> Document:
    return {"architecture": one.point.name, "words": one.point.words}


def _row(one: Weighed, space: Space) -> Document:
    return {
        **_short(one),
        "choices": msgspec.to_builtins(one.point.choices),
        "fits": one.fits,
        "meets": not one.unmet,
        "score": round(one.score, 3),
        "memory_bytes": one.estimate.bytes,
        "working_bytes": one.estimate.working_bytes,
        "peak_bytes": one.estimate.peak_bytes,
        "memory": _lines(one.estimate),
        "arithmetic": arithmetic(one.estimate, space.machine),
        "ratings": msgspec.to_builtins(one.ratings),
        "for": list(reasons_for(one, space)),
        "against": list(reasons_against(one, space)),
    }


def _lines(estimate: Estimate) -> list[Document]:
    return [
        {
            "key": line.key,
            "bytes": line.amount.bytes,
            "working_bytes": line.amount.working_bytes,
            "source": line.amount.source,
            "why": line.amount.why,
        }
        for line in estimate.lines
    ]


def _customary(one: Compared) -> Document:
    return {
        "goal": one.goal,
        "wants": one.wants,
        "first": one.first and _short(one.first),
        "named": [
            {"architecture": each.name, "confirmed": each.confirmed, "why": each.why}
            for each in one.named
        ],
    }


def _facts(facts: Found, space: Space) -> Document:
    asked: Asked = facts.asked
    machine = msgspec.to_builtins(asked.machine)
    needs = msgspec.to_builtins(asked.needs)
    return {
        "needs": {
            **needs,
            "goal_words": WORDS[asked.needs.goal],
            "both": asked.needs.wants_both,
            "other_code": asked.needs.wants_other_code,
        },
        "machine": {**machine, "room_bytes": asked.machine.room_bytes},
        "app": {
            "environments": [one.name for one in asked.site.environments],
            "axes": sorted(space.axes),
            "knows_prefix": sorted(role.value for role in asked.app.knows_prefix),
            "names_public": asked.app.names_public,
            "measured": dict(asked.app.measured),
        },
    }


def _grouped(refused: dict[str, str]) -> list[Document]:
    """Why some points cannot be had, each reason once."""
    found: dict[str, int] = {}
    for why in refused.values():
        found[why] = found.get(why, 0) + 1
    return [{"why": why, "points": number} for why, number in _sorted(found.items())]


def _sorted(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
