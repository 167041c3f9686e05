"""Works out which step waits for which, from what things need and needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from partywall.model.errors import BadInput
from partywall.model.plan import Action, Step
from partywall.model.world import AnyThing, Key, World, environment_of
from partywall.planning.scope import COMMON

Waits = dict[Key, set[Key]]
"""Step key → keys of the steps that it waits for."""

Needs = dict[Key, tuple[Key, ...]]
Steps = Mapping[Key, Step]


def after_needs(waits: Waits, steps: Steps, desired: World, observed: World) -> None:
    """Make, change and start after everything needed is made, changed and started."""
    needs = _needs(desired, steps) | _needs(observed, steps)  # no step: it stays as it is seen
    for key, step in steps.items():
        needs[key] = _keys(step.after.thing) if step.after else ()
    made = {key for key, step in steps.items() if step.action is not Action.REMOVE}
    first = _first(needs, made)
    for key in made:
        for need in needs[key]:
            waits[key] |= first.get(need, set())


def after_users(
    waits: Waits, steps: Steps, observed: World, handed_over: Iterable[tuple[Key, Key]]
) -> None:
    """Take away after every step on something that needed it.

    Except where data is handed over: there the new server waits for the old one to go, and so the
    old one cannot wait for those that will change over to the new one.
    """
    users = _users(steps, observed)
    taken = {key for key, step in steps.items() if step.action is Action.REMOVE}
    for key, gone in users:
        if key in taken:
            waits[gone].add(key)
    pairs = list(handed_over)
    early = _upstream((old for _, old in pairs), waits)
    for key, gone in users:
        if key not in taken and gone not in early:
            waits[gone].add(key)
    for new, old in pairs:
        waits[new].add(old)


def _users(steps: Steps, observed: World) -> set[tuple[Key, Key]]:
    """Pairs of a step on something and the removal of something that it needed."""
    taken = {key for key, step in steps.items() if step.action is Action.REMOVE}
    first = _first(_needs(observed, steps), taken)
    return {
        (key, gone)
        for key, step in steps.items()
        if step.before
        for need in _keys(step.before.thing)
        for gone in first.get(need, set())
    }


def _keys(thing: AnyThing) -> tuple[Key, ...]:
    return tuple(need.key for need in thing.needs)


def _needs(world: World, steps: Iterable[Key]) -> Needs:
    """Needs of everything near the steps: a circle elsewhere must not stop this environment."""
    near = {environment_of(key) for key in steps} | COMMON
    return {
        key: _keys(entry.thing)
        for key, entry in world.entries.items()
        if environment_of(key) in near
    }


def _first(needs: Needs, stops: set[Key]) -> dict[Key, set[Key]]:
    """For each key: itself when it is a stop, else the first stops on every way down its needs."""
    graph = {key: [need for need in found if need in needs] for key, found in needs.items()}
    first: dict[Key, set[Key]] = {}
    for key in _walk(graph):
        first[key] = {key} if key in stops else set().union(*(first[n] for n in graph[key]))
    return first


def _walk(graph: Mapping[Key, Iterable[Key]]) -> list[Key]:
    """Every key after those that it needs."""
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle: list[Key] = error.args[1]
        raise BadInput(
            f"these need each other in a circle: {' needs '.join(reversed(circle))}",
            remedy="take one of them out of `depends_on`",
        ) from error


def _upstream(keys: Iterable[Key], waits: Waits) -> set[Key]:
    """The keys and everything that they wait for."""
    seen: set[Key] = set()
    ahead = list(keys)
    while ahead:
        key = ahead.pop()
        if key not in seen:
            seen.add(key)
            ahead.extend(waits[key])
    return seen
