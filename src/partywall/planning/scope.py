"""Keeps a plan for one environment away from every other one and from what is shared."""

from __future__ import annotations

import msgspec

from partywall.model.plan import Action, Step
from partywall.model.world import KEPT, MACHINE, SHARED, Entry, Key, World, environment_of
from partywall.planning.uses import closure, used_by

COMMON = frozenset({SHARED, MACHINE})
"""Where things live that several environments use."""


def inside(key: Key, scope: str | None) -> bool:
    """Whether a plan of this scope looks at the key at all."""
    return scope is None or environment_of(key) in COMMON | {scope}


def is_common(key: Key) -> bool:
    """Whether several environments may use the thing."""
    return environment_of(key) in COMMON


def wanted_of(entry: Entry) -> Entry:
    """The same thing, running, well and without faults."""
    return msgspec.structs.replace(entry, running=True, faults=(), starting=False)


class Narrowing:
    """Lets through what a scope allows of a step, and says what it holds back.

    Under `shared` and `machine` a scoped plan creates and starts what its environment uses, and
    removes what nobody uses any more; data there is left for a plan of the whole installation,
    because an environment that is down uses its data too and cannot be seen to.
    """

    def __init__(self, desired: World, observed: World, scope: str | None) -> None:
        self._scope = scope
        self._desired = desired
        self._observed = observed
        own = (key for key in desired.entries if environment_of(key) == scope)
        common = observed.only({k: e for k, e in observed.entries.items() if is_common(k)})
        others = observed.environments() - COMMON - {scope}
        self._wanted = closure(own, desired, common) if scope else set()
        self._used = used_by(others, observed, desired) if scope else set()

    def narrow(self, key: Key, step: Step | None) -> tuple[list[Step], list[str]]:
        """The steps for a key that may be taken, and notes on what is not done."""
        if self._scope is None or not is_common(key):
            return ([step] if step else []), []
        if key not in self._wanted:
            return self._unwanted(key)
        if step is None or step.action in {Action.CREATE, Action.START}:
            return ([step] if step else []), []
        return self._differs(step)

    def _unwanted(self, key: Key) -> tuple[list[Step], list[str]]:
        """A common thing that the scope's environment has no use for."""
        seen = self._observed.entries.get(key)
        if seen is None or key in self._used:
            return [], []
        if isinstance(seen.thing, KEPT):
            left = f"{key} holds data: left, `partywall destroy` without a name removes it"
            return [], [] if key in self._desired.entries else [left]
        if self._observed.unknown:
            return [], [f"{key} is left: not everything that may use it could be observed"]
        gone = Step(key=key, action=Action.REMOVE, why="nothing uses it any more", before=seen)
        return [gone], []

    def _differs(self, step: Step) -> tuple[list[Step], list[str]]:
        """A common thing that is there, in use, and not quite as it should be."""
        if step.before is None or step.after is None:  # wanted but not desired: needs say so
            return [], []
        if step.action is Action.REPAIR:
            return [], [f"{step.key}: {step.why}; `partywall up` repairs it"]
        note = f"{step.key} differs ({step.why}); `partywall up` changes it"
        if step.before.running and not step.before.starting:
            return [], [note]
        start = Step(
            key=step.key,
            action=Action.START,
            why="not healthy yet" if step.before.starting else "not running",
            before=step.before,
            after=wanted_of(step.before),
        )
        return [start], [note]
