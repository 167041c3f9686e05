"""Compares the world that is wanted with the world that is seen, and plans the difference."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.model.errors import BadInput
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import (
    RESERVED,
    Entry,
    Job,
    Key,
    World,
    environment_of,
    fingerprint,
)
from partywall.planning import seeding
from partywall.planning.lodging import moved
from partywall.planning.order import arrange
from partywall.planning.scope import Narrowing, inside
from partywall.planning.why import differences


def plan(desired: World, observed: World, scope: str | None = None) -> Plan:
    """What turns the observed world into the desired one, within one environment or everywhere.

    With a scope, `observed` must hold every environment: what is shared may only go when nobody
    else uses it. What could not be observed gets a note and no step.

    Raises:
        BadInput: when things need each other in a circle, or the scope is a reserved name.
    """
    if scope in RESERVED:
        raise BadInput(f"{scope!r} is not an environment", remedy="name an environment, or none")
    steps: list[Step] = []
    notes = _unknown(observed, scope)
    narrowing = Narrowing(desired, observed, scope)
    known = observed.environments()
    for key in sorted(desired.entries.keys() | observed.entries.keys()):
        if not inside(key, scope) or observed.why_unknown(key) is not None:
            continue
        new = environment_of(key) not in known
        step = compare(key, desired.entries.get(key), observed.entries.get(key), new=new)
        taken, said = narrowing.narrow(key, step)
        if late := seeding.held_back(step, desired, observed):
            taken, said = [], [late]
        steps.extend(taken)
        notes.extend(said)
    steps.extend(moved(steps, desired, observed))
    ordered, waits = arrange(steps, desired, observed)
    return Plan(scope=scope, steps=ordered, waits=waits, notes=tuple(notes))


def compare(key: Key, wanted: Entry | None, seen: Entry | None, *, new: bool) -> Step | None:
    """The step that turns what is seen of one thing into what is wanted, or None.

    `new` says that nothing of its environment is there yet.
    """
    if seen is None:
        why = "new" if new else "not there"
        return Step(key=key, action=Action.CREATE, why=why, after=wanted)
    if wanted is None:
        return Step(key=key, action=Action.REMOVE, why="no longer wanted", before=seen)
    found = next(_reasons(wanted, seen), None)
    if found is None:
        return None
    action, why = found
    return Step(key=key, action=action, why=why, before=seen, after=wanted)


def _reasons(wanted: Entry, seen: Entry) -> Iterator[tuple[Action, str]]:
    """Why something must happen to a thing that is there, weightiest first."""
    faults = "; ".join(fault for fault in seen.faults if fault not in wanted.faults)
    if not same(seen, wanted) and not _is_over(seen, wanted):
        yield Action.CHANGE, differences(seen.thing, wanted.thing)
    if wanted.running and not seen.running:
        still = "not done yet" if isinstance(seen.thing, Job) else "not running"
        yield Action.START, f"{still}: {faults}" if faults else still
    if faults:
        yield Action.REPAIR, faults
    if wanted.running and seen.starting and not wanted.starting:
        yield Action.START, "not healthy yet"


def _is_over(seen: Entry, wanted: Entry) -> bool:
    """Whether both are a job that runs once in the life of its data, and has: it never changes."""
    return seeding.fills(seen.thing) and seeding.fills(wanted.thing)


def same(seen: Entry, wanted: Entry) -> bool:
    """Whether both describe the same thing, whichever version their fingerprints have."""
    return (
        seen.fingerprint == wanted.fingerprint
        or seen.thing == wanted.thing
        or fingerprint(seen.thing) == wanted.fingerprint
    )


def _unknown(observed: World, scope: str | None) -> list[str]:
    """One note for everything in scope of which nothing can be said."""
    return [
        f"{name.rstrip('/')} could not be observed ({why}): left as it is"
        for name, why in sorted(observed.unknown.items())
        if inside(name, scope)
    ]
