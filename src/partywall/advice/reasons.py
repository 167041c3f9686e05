"""Why a point, and why not: sentences with figures."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.advice import walls
from partywall.advice.machine import MIB, Facts
from partywall.advice.memory import Estimate
from partywall.advice.weigh import Space, Weighed
from partywall.model.choices import LimitsBy, Presence, Source

TIGHT = 0.85
"""So much of the room leaves little to grow into."""


def reasons_for(one: Weighed, space: Space) -> Iterator[str]:
    """What speaks for it."""
    choices, machine = one.same, space.machine
    if choices.presence is Presence.TOGETHER:
        yield "production and the other environment answer at the same time"
    if walls.alone(choices):
        yield "production has the machine to itself"
    if one.fits:
        yield f"it fits: {arithmetic(one.estimate, machine)}"
    yield from _saved(one, space)
    yield from (text for good, text in walls.said(choices, space.axes) if good)
    if choices.source is Source.BRANCH:
        yield "each environment has the code of a branch of its own"
    if machine.enforces_budgets and not walls.alone(choices):
        yield from (
            f"{name} never takes more than {most // MIB} of {machine.memory_bytes // MIB} MiB, "
            "nor cores that production wants"
            for name, (_, most) in sorted(one.estimate.budgets.items())
        )
    if not one.tasks:
        yield "it asks nothing of the app, and nothing of you"
    elif not any(task.changes_app for task in one.tasks):
        yield "the app need not be changed"


def reasons_against(one: Weighed, space: Space) -> Iterator[str]:
    """What speaks against it, what it does not meet first."""
    choices, machine = one.same, space.machine
    yield from one.unmet
    if one.estimate.peak_bytes > machine.room_bytes:
        yield f"it does not fit: {arithmetic(one.estimate, machine)}"
    elif one.estimate.peak_bytes > TIGHT * machine.room_bytes:
        part = 100 * one.estimate.peak_bytes // machine.room_bytes
        yield f"it takes {part} % of the room: little is left to grow into"
    yield from one.estimate.over_budget
    if choices.presence is Presence.SWITCHED and not any("away" in text for text in one.unmet):
        yield "production is away while the other environment stands, and for each switch"
    yield from (text for good, text in walls.said(choices, space.axes) if not good)
    if choices.presence is Presence.TOGETHER and choices.limits is LimitsBy.NONE:
        cores = f"{machine.cores} cores" if machine.cores > 1 else "one core"
        yield f"without a budget a busy development competes with production for the same {cores}"
    seen = set(one.unmet)
    yield from (task.what for task in one.tasks if not any(task.what in text for text in seen))


def arithmetic(estimate: Estimate, machine: Facts) -> str:
    """The whole sum in one sentence."""
    burst = (
        f", and {_mib(estimate.burst_bytes)} for {estimate.burst}" if estimate.burst_bytes else ""
    )
    whole = f" = {_mib(estimate.peak_bytes)}" if burst else ""
    return (
        f"{_mib(estimate.bytes)} at rest, {_mib(estimate.working_bytes)} at work{burst}{whole}, "
        f"of {_mib(machine.room_bytes)} ({machine.room_words})"
    )


def _saved(one: Weighed, space: Space) -> Iterator[str]:
    saved = space.plain.bytes - one.estimate.bytes
    if saved >= 2 * MIB:
        yield (
            f"it takes {_mib(saved)} less than two whole stacks ({_mib(space.plain.bytes)}): "
            f"{one.estimate.bytes / space.plain.bytes:.2f} of that"
        )


def _mib(size: int) -> str:
    return f"{round(size / MIB)} MiB"
