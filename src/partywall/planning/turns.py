"""Environments that stand one at a time: what is kept of those that sleep, and who goes first."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from partywall.model.plan import Action, Plan, Step
from partywall.model.world import Instance, Job, Limit, Network, Volume, World, environment_of
from partywall.planning.keep import outlives
from partywall.planning.order import in_order
from partywall.planning.scope import COMMON


def rest(wanted: World, observed: World, asleep: Collection[str]) -> World:
    """What is wanted, and of environments that sleep their data exactly as they are."""
    kept = {
        key: entry
        for key, entry in observed.entries.items()
        if environment_of(key) in asleep and outlives(entry.thing)
    }
    others = {
        key: entry
        for key, entry in wanted.entries.items()
        if environment_of(key) not in asleep or not outlives(entry.thing)
    }
    return World({**others, **kept}, wanted.unknown)


def in_turn(plan: Plan, asleep: Collection[str]) -> Plan:
    """The plan in which those that sleep end before the other one begins.

    What the other one stands on (volumes, networks) is made first of all: where that cannot be,
    nobody is stopped for it.
    """
    going = {step.key for step in plan.steps if step.environment in asleep}
    ending = {step.key for step in plan.steps if step.key in going and _ends(step)}
    if not ending:
        return plan
    ground = {step.key for step in plan.steps if step.key not in going and _is_ground(step)}
    begins = {step.key for step in plan.steps if step.key not in going and _begins(step)}
    waits = {step.key: set(plan.waits.get(step.key, ())) for step in plan.steps}
    for key in going:
        waits[key] |= ground
    for key in begins:
        waits[key] |= ending
    steps = {step.key: step for step in plan.steps}
    return msgspec.structs.replace(
        plan,
        steps=tuple(steps[key] for key in in_order(waits, steps)),
        waits={key: tuple(sorted(found)) for key, found in waits.items() if found},
    )


def _ends(step: Step) -> bool:
    return step.action is Action.REMOVE and _runs(step)


def _begins(step: Step) -> bool:
    """The edge and what all share are nobody's turn."""
    return step.action is not Action.REMOVE and step.environment not in COMMON and _runs(step)


def _is_ground(step: Step) -> bool:
    made = None if step.after is None else step.after.thing
    return step.action is Action.CREATE and isinstance(made, Volume | Network | Limit)


def _runs(step: Step) -> bool:
    entry = step.after or step.before
    return entry is not None and isinstance(entry.thing, Instance | Job)
