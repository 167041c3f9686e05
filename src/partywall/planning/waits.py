"""Works out which step waits for which, from what things need and needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from partywall.model.errors import BadInput
from partywall.model.plan import Action, Step
from partywall.model.world import Entry, Key, World, environment_of
from partywall.planning.scope import COMMON

Waits = dict[Key, set[Key]]
"""Step key → keys of the steps that it waits for."""

Entries = dict[Key, Entry | None]
Steps = Mapping[Key, Step]


def after_needs(waits: Waits, steps: Steps, desired: World, observed: World) -> None:
    """Make, change and start after everything needed is made, changed and started."""
    made = {key for key, step in steps.items() if step.action is not Action.REMOVE}
    if not made:
        return
    entries = _near(desired, steps) | _near(observed, steps)  # no step: it stays as it is seen
    entries |= {key: steps[key].after for key in steps}
    first = _first(entries, made)
    for key in made:
        for need in _keys(entries[key]):
            waits[key].update(first.get(need, ()))


def after_users(
    waits: Waits, steps: Steps, observed: World, handed_over: Iterable[tuple[Key, Key]]
) -> None:
    """Take away after every step on something that needed it.

    Except where data is handed over: there the new server waits for the old one to go, and so the
    old one cannot wait for those that will change over to the new one.
    """
    taken = {key for key, step in steps.items() if step.action is Action.REMOVE}
    if not taken:
        return
    users = _users(steps, observed, taken)
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


def _users(steps: Steps, observed: World, taken: set[Key]) -> set[tuple[Key, Key]]:
    """Pairs of a step on something and the removal of something that it needed."""
    first = _first(_near(observed, steps), taken)
    return {
        (key, gone)
        for key, step in steps.items()
        for need in _keys(step.before)
        for gone in first.get(need, ())
    }


def _keys(entry: Entry | None) -> Iterator[Key]:
    return (need.key for need in entry.thing.needs) if entry else iter(())


def _near(world: World, steps: Iterable[Key]) -> Entries:
    """Everything near the steps: a circle elsewhere must not stop this environment."""
    near = {environment_of(key) for key in steps} | COMMON
    return {key: entry for key, entry in world.entries.items() if environment_of(key) in near}


def _first(entries: Entries, stops: set[Key]) -> Mapping[Key, Collection[Key]]:
    """For each key: itself when it is a stop, else the first stops on every way down its needs."""
    first: dict[Key, Collection[Key]] = {}
    for root in entries:
        for key in _after_its_needs(root, entries, first):
            needs = (need for need in _keys(entries[key]) if need in first)
            first[key] = (key,) if key in stops else {stop for n in needs for stop in first[n]}
    return first


def _after_its_needs(root: Key, entries: Entries, done: Mapping[Key, object]) -> Iterator[Key]:
    """The root after everything that it needs and that is not yet done; depth first.

    By hand and not by graphlib: over ten thousand things its copy of the graph takes longer than
    all the rest of planning.
    """
    path = {} if root in done else {root: _keys(entries[root])}
    while path:
        key = next(reversed(path))
        ahead = next((n for n in path[key] if n in entries and n not in done), None)
        if ahead in path:
            raise _circle([*path, ahead])
        if ahead is None:
            yield key
            del path[key]
        else:
            path[ahead] = _keys(entries[ahead])


def _circle(path: list[Key]) -> BadInput:
    around = path[path.index(path[-1]) :]
    return BadInput(
        f"these need each other in a circle: {' needs '.join(around)}",
        remedy="take one of them out of `depends_on`",
    )


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
