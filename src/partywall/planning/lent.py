"""Leaves alone what other projects of the machine use too."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from partywall.model.plan import Action, Plan, Step
from partywall.model.world import MACHINE

_TAKEN = frozenset({Action.REMOVE, Action.RESTART})


def spare(plan: Plan, others: Sequence[str]) -> Plan:
    """The plan without steps that would take from other projects what the machine has once.

    Args:
        plan: as one project alone would have it.
        others: the other projects that use what is the machine's, in words; with none of them
            the plan stays as it is.
    """
    held = {step.key for step in plan.steps if _takes(step)} if others else set()
    if not held:
        return plan
    kept = tuple(step for step in plan.steps if step.key not in held)
    note = f"the edge is left as it is: {', '.join(others)} {_uses(others)} it too"
    return msgspec.structs.replace(
        plan,
        steps=kept,
        waits={
            step.key: tuple(key for key in plan.waits.get(step.key, ()) if key not in held)
            for step in kept
        },
        notes=(*plan.notes, note),
    )


def _takes(step: Step) -> bool:
    return step.environment == MACHINE and step.action in _TAKEN


def _uses(others: Sequence[str]) -> str:
    return "uses" if len(others) == 1 else "use"
