"""Puts steps in an order that works, and says what each one waits for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter

from partywall.model.plan import Action, Step
from partywall.model.world import Key, World
from partywall.planning import handover
from partywall.planning.waits import Waits, after_needs, after_users


def arrange(
    steps: Iterable[Step], desired: World, observed: World
) -> tuple[tuple[Step, ...], dict[Key, tuple[Key, ...]]]:
    """The steps in order, and for each key the keys that it waits for.

    Making waits for what is needed, taking away for everything that needed it, both also through
    things without a step. Of several good orders the one with the smallest keys first, removals
    late, so that equal worlds give equal plans.

    Raises:
        BadInput: when things need each other in a circle.
    """
    by_key = {step.key: step for step in steps}
    waits: Waits = {key: set() for key in by_key}
    after_needs(waits, by_key, desired, observed)
    after_users(waits, by_key, observed, handover.pairs(by_key.values()))
    ordered = tuple(by_key[key] for key in in_order(waits, by_key))
    return ordered, {key: tuple(sorted(found)) for key, found in waits.items() if found}


def chains(waits: Mapping[Key, Iterable[Key]]) -> dict[Key, int]:
    """How many steps are in the longest row of steps that wait for each one, itself included.

    Where not everything can begin at once, what most hangs on should.

    Raises:
        CycleError: when steps wait for each other.
    """
    length: dict[Key, int] = {}
    for key in reversed(tuple(TopologicalSorter(waits).static_order())):
        own = length.setdefault(key, 1)
        for before in waits.get(key, ()):
            length[before] = max(length.get(before, 1), own + 1)
    return length


def in_order(waits: Waits, steps: Mapping[Key, Step]) -> Iterator[Key]:
    """Keys of steps, each after those that it waits for, the smallest first, removals late."""
    sorter = TopologicalSorter(waits)
    sorter.prepare()
    ready: list[tuple[bool, Key]] = []
    while sorter.is_active():
        for key in sorter.get_ready():
            heapq.heappush(ready, (steps[key].action is Action.REMOVE, key))
        _, key = heapq.heappop(ready)
        sorter.done(key)
        yield key
