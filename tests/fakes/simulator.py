"""Applies plans to worlds on paper, and complains about every step that comes at a wrong time."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.model.plan import Action, Step
from partywall.model.world import Entry, World


def apply(steps: Iterable[Step], start: World, *, ordered: bool = True) -> World:
    """The world after these steps, one after the other."""
    steps = list(steps)
    now = dict(start.entries)
    left = {step.key: step for step in steps}
    for step in steps:
        del left[step.key]
        if ordered:
            _check_turn(step, now, left)
        if step.action is Action.REMOVE:
            del now[step.key]
        else:
            now[step.key] = step.after
    return World(now, start.unknown)


def _check_turn(step: Step, now: dict[str, Entry], left: dict[str, Step]) -> None:
    """What is needed has been made; what is removed is needed by nothing that still has a step."""
    if step.action is Action.REMOVE:
        users = [key for key in left if key in now and _needs(now[key], step.key)]
        assert not users, f"{step} before {users}"
        return
    for need in step.after.thing.needs:
        waiting = left.get(need.key)
        assert waiting is None or waiting.action is Action.REMOVE, f"{step} before {waiting}"


def _needs(entry: Entry, key: str) -> bool:
    return any(need.key == key for need in entry.thing.needs)
