"""Instances that live in the network, the processes or the memory of another one; pure.

Whoever lives there has lost it as soon as the other one's container is a new one, and does not
notice: it has to be made anew as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from partywall.model.plan import Action, Step
from partywall.model.world import Instance, Key, World, environment_of

_SPACES = ("network_mode", "ipc", "pid")
_OF = "service:"
_MOVES = {
    Action.CREATE: Action.CHANGE,
    Action.CHANGE: Action.CHANGE,
    Action.REPAIR: Action.CHANGE,
    Action.RESTART: Action.RESTART,
}
"""What becomes of the one → what those who live with it need."""


def hosts(instance: Instance) -> set[str]:
    """The services that an instance lives with."""
    said = (str(instance.definition.get(space) or "") for space in _SPACES)
    return {one.removeprefix(_OF) for one in said if one.startswith(_OF)}


def moved(steps: Collection[Step], desired: World, observed: World) -> Iterator[Step]:
    """A step for each that nothing else is done to, and whose host becomes another container."""
    taken = {step.key for step in steps}
    acts = {step.key: _MOVES[step.action] for step in steps if step.action in _MOVES}
    for key in sorted(desired.entries.keys() & observed.entries.keys() - taken):
        wanted, seen = desired.entries[key], observed.entries[key]
        for host in sorted(_keys(key, wanted.thing)):
            if host in acts and seen.running and wanted.running:
                why = f"it lives with {host}"
                yield Step(key=key, action=acts[host], why=why, before=seen, after=wanted)
                break


def _keys(key: Key, thing: object) -> set[Key]:
    if not isinstance(thing, Instance):
        return set()
    return {f"{environment_of(key)}/{name}" for name in hosts(thing)}
