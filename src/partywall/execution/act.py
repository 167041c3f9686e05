"""Carries out one step: looks, acts, looks again."""

from __future__ import annotations

from collections.abc import Mapping

from partywall.interfaces import METHOD, Observer, Performer
from partywall.model.errors import MachineFailed, Refused
from partywall.model.plan import Action, Step
from partywall.model.world import AnyThing, Entry
from partywall.planning.diff import same
from partywall.planning.guard import check_step, needs_world

Performers = Mapping[type[AnyThing], Performer]

_ALWAYS = frozenset({Action.RESTART, Action.START})
"""What runs may have been started a moment ago, by its supervisor, and be about to crash: only the
performer of a start waits until it is well."""


def act(step: Step, scope: str | None, observer: Observer, performers: Performers) -> None:
    """Carry out a step unless it is done already, and see that it is.

    Raises:
        Refused: when it is out of scope, or the thing is not what the plan saw.
        MachineFailed: when it cannot be looked at, or is not as wanted afterwards.
    """
    check_step(step, scope, observer.observe() if needs_world(step, scope) else None)
    seen = observer.look(step.key)
    if step.action not in _ALWAYS and _missing(step, seen) is None:
        return
    if not _foreseen(step, seen):
        raise Refused(
            f"{step.key} has changed since the plan was made",
            remedy="look at what changed, then run the same command again for a new plan",
        )
    _perform(step, performers[type(_entry(step).thing)])
    missing = _missing(step, observer.look(step.key))
    if missing is not None:
        raise MachineFailed(
            f"{step.key} {missing} after {step.action.value}",
            remedy=f"`partywall logs {step.key}` may say why",
        )


def _perform(step: Step, performer: Performer) -> None:
    method = getattr(performer, METHOD[step.action])
    if step.action is Action.CHANGE:
        method(step.before, step.after)
    else:
        method(_entry(step))


def _entry(step: Step) -> Entry:
    """What the performer is told: what is to be, or for a removal what is."""
    entry = step.before if step.action is Action.REMOVE else step.after
    if entry is None:
        raise Refused(f"{step} does not say what it is about")
    return entry


def _missing(step: Step, seen: Entry | None) -> str | None:
    """What is not yet as the step wants it, in words; None when it is done."""
    if step.action is Action.REMOVE:
        return None if seen is None else "is still there"
    wanted = _entry(step)
    if seen is None:
        return "is not there"
    if not same(seen, wanted):
        return "is not as described"
    if wanted.running and not seen.running:
        return "does not run"
    if wanted.running and seen.starting:
        return "is not healthy yet"
    faults = [fault for fault in seen.faults if fault not in wanted.faults]
    return f"has faults ({'; '.join(faults)})" if faults else None


def _foreseen(step: Step, seen: Entry | None) -> bool:
    """Whether the thing is still what the plan saw, or half of what the step makes of it.

    Whether it runs does not count: a crash on the way is no change of mind.
    """
    if seen is None:
        return step.before is None
    return any(same(seen, entry) for entry in (step.before, step.after) if entry)
