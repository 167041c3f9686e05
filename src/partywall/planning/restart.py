"""Plans a restart: the same things, stopped and started in an order that works."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.model.errors import BadInput
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import Entry, Instance, Key, World
from partywall.planning.lodging import moved
from partywall.planning.order import arrange
from partywall.planning.scope import wanted_of


def restart(observed: World, keys: Iterable[Key], scope: str | None = None) -> Plan:
    """A restart of these instances, what others need first.

    Raises:
        BadInput: when one of them is not there or is not a service.
    """
    steps = [_step(key, observed.entries.get(key)) for key in sorted(set(keys))]
    running = observed.only({key: wanted_of(entry) for key, entry in observed.entries.items()})
    steps.extend(moved(steps, running, observed))
    ordered, waits = arrange(steps, observed, observed)
    return Plan(scope=scope, steps=ordered, waits=waits)


def _step(key: Key, seen: Entry | None) -> Step:
    if seen is None:
        raise BadInput(f"there is no {key}", remedy="`partywall status` lists what there is")
    if not isinstance(seen.thing, Instance):
        raise BadInput(f"{key} is not a service: it cannot be restarted", remedy="name a service")
    return Step(key=key, action=Action.RESTART, why="asked for", before=seen, after=wanted_of(seen))
