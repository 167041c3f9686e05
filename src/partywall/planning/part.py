"""A part of a plan that can be carried out before the rest."""

from __future__ import annotations

import msgspec

from partywall.model.plan import Action, Plan
from partywall.model.world import AnyThing


def only(plan: Plan, kinds: tuple[type[AnyThing], ...]) -> Plan:
    """The creations of things of these kinds, which wait for nothing else."""
    steps = tuple(
        step
        for step in plan.steps
        if step.action is Action.CREATE and step.after and isinstance(step.after.thing, kinds)
    )
    known = {step.key for step in steps}
    waits = {
        key: tuple(one for one in some if one in known)
        for key, some in plan.waits.items()
        if key in known
    }
    return msgspec.structs.replace(plan, steps=steps, waits=waits)
