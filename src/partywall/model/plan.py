"""A plan: steps, each a change to one thing with the reason for it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from partywall.model.world import Entry, Key, environment_of


class Action(StrEnum):
    """What a step does to its thing."""

    CREATE = "create"
    CHANGE = "change"
    START = "start"
    REPAIR = "repair"
    RESTART = "restart"
    REMOVE = "remove"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change: the dry run's line, the journal's line and the test's expected text."""

    key: Key
    action: Action
    why: str
    before: Entry | None = None
    after: Entry | None = None

    @property
    def environment(self) -> str:
        """The environment whose thing it is, or `shared`, `machine`."""
        return environment_of(self.key)

    @property
    def only_waits(self) -> bool:
        """Whether its thing is as wanted, and runs, and is only not healthy yet."""
        return self.action is Action.START and self.before is not None and self.before.running

    def __str__(self) -> str:
        return f"{self.action.value} {self.key}: {self.why}"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Steps in an order that works one after the other, and what each one waits for."""

    scope: str | None
    """The one environment it may touch, or None for the whole installation."""
    steps: tuple[Step, ...] = ()
    waits: dict[Key, tuple[Key, ...]] = {}
    """Step key → keys of the steps that must have ended before it begins."""
    beside: tuple[str, ...] = ()
    """Environments that get something new beside the steps: flags as the files say them now."""
    notes: tuple[str, ...] = ()
    """What the plan leaves alone and why: things unknown, things the engine cannot do."""

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __str__(self) -> str:
        return "\n".join(map(str, self.steps)) or "no changes"
