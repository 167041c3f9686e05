"""Works out which step waits for which, from what things need and needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from partywall.model.errors import BadInput
from partywall.model.plan import Action, Step
from partywall.model.world import Entry, Key, World

Waits = dict[Key, set[Key]]
"""Step key → keys of the steps that it waits for."""

Steps = Mapping[Key, Step]


def after_needs(waits: Waits, steps: Steps, desired: World, observed: World) -> None:
    """Make, change and start after everything needed is made, changed and started."""
    made = {key for key, step in steps.items() if step.action is not Action.REMOVE}
    if not made:
        return

    def entry_of(key: Key) -> Entry | None:
        if key in steps:
            return steps[key].after
        return observed.entries.get(key) or desired.entries.get(key)  # it stays as it is seen

    first = _first(list(steps), entry_of, made)
    for key, step in steps.items():
        for need in _keys(step.after):
            waits[key].update(first[need])


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


def _users(steps: Steps, observed: World, taken: Collection[Key]) -> list[tuple[Key, Key]]:
    """Pairs of a step on something and the removal of something that it needed."""
    first = _first(list(steps), observed.entries.get, taken)
    return [
        (key, gone)
        for key, step in steps.items()
        for need in _keys(step.before)
        for gone in first[need]
    ]


def _keys(entry: Entry | None) -> tuple[Key, ...]:
    return tuple(need.key for need in entry.thing.needs) if entry else ()


def _first(
    roots: Iterable[Key], entry_of: Callable[[Key], Entry | None], stops: Collection[Key]
) -> Mapping[Key, Collection[Key]]:
    """For each key: itself when it is a stop, else the first stops on every way down its needs.

    Only what the roots lead to is walked: a circle in another environment must not stop this one.
    """
    first: dict[Key, Collection[Key]] = {}
    for root in roots:
        path = {} if root in first else {root: iter(_keys(entry_of(root)))}
        while path:  # depth first, without recursion: chains may be long
            key, needs = path.popitem()
            ahead = next((need for need in needs if need not in first), None)
            if ahead is None:
                found = (first[need] for need in _keys(entry_of(key)))
                first[key] = (key,) if key in stops else set().union(*found)
                continue
            path[key] = needs
            if ahead in path:
                raise _circle([*path, ahead])
            path[ahead] = iter(_keys(entry_of(ahead)))
    return first


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
