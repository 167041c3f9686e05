"""What steps are carried out with: time, eyes, hands, a memory and somebody who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from partywall.model.plan import Action, Step
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import AnyThing, Entry, Key, World


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Observer(Protocol):
    """Looks at what is there; never changes anything."""

    def observe(self, environments: Iterable[str] | None = None) -> World:
        """Everything of these environments (all when None) and everything shared."""
        ...

    def look(self, key: Key) -> Entry | None:
        """One thing as it is this moment; None when it is absent.

        Raises:
            MachineFailed: when it cannot be said.
        """
        ...


class Performer(Protocol):
    """Carries out steps on one kind of thing; every method may be called again after a crash."""

    kind: type[AnyThing]

    def create(self, entry: Entry) -> None:
        """Make the thing and see that it is there, ready for those that need it."""
        ...

    def change(self, before: Entry, after: Entry) -> None:
        """Turn the one into the other."""
        ...

    def start(self, entry: Entry) -> None:
        """Make a thing that is present but not running, or has faults, as it should be."""
        ...

    def restart(self, entry: Entry) -> None:
        """Stop it and start it again."""
        ...

    def remove(self, entry: Entry) -> None:
        """Take it away; data goes to the trash."""
        ...


class Records(Protocol):
    """Remembers things that leave no trace of their own that could be read back."""

    def read_all(self, environments: Iterable[str] | None = None) -> dict[Key, Entry]:
        """Every record of these environments, or of all."""
        ...

    def get(self, key: Key) -> Entry | None:
        """One record."""
        ...

    def put(self, entry: Entry) -> None:
        """Returns when it is safely on disk."""
        ...

    def drop(self, key: Key) -> None:
        """Forget it; forgetting the unknown is fine."""
        ...


class SecretStore(Protocol):
    """Values of secrets, apart from everything else."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        """The value of one version.

        Raises:
            MachineFailed: when the store does not have it.
        """
        ...


class Journal(Protocol):
    """What is about to be done is written down first."""

    def open(self, head: Mapping[str, Any]) -> None:
        """Begin a run; `head` says the verb, the scope and the world it started from."""
        ...

    def begin(self, step: Step) -> None:
        """Returns when the line is safely on disk."""
        ...

    def end(self, step: Step) -> None:
        """The step has been carried out and looked at."""
        ...

    def fail(self, step: Step, says: str) -> None:
        """The step did not work."""
        ...

    def close(self, outcome: str) -> None:
        """The run is over: `done`, `failed` or `undone`."""
        ...


class Progress(Protocol):
    """Somebody who wants to know how it goes."""

    def began(self, step: Step) -> None:
        """A step begins."""
        ...

    def ended(self, step: Step, seconds: float) -> None:
        """A step has been carried out."""
        ...

    def failed(self, step: Step, says: str) -> None:
        """A step did not work."""
        ...

    def stopping(self) -> None:
        """Somebody wants to stop: what runs ends, nothing new begins; a second wish ends it all."""
        ...


METHOD = {
    Action.CREATE: "create",
    Action.CHANGE: "change",
    Action.START: "start",
    Action.REPAIR: "start",
    Action.RESTART: "restart",
    Action.REMOVE: "remove",
}
"""The performer's method for each action."""
