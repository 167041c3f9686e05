"""What the core needs from outside, and nothing about who provides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from partywall.model.plan import Action, Step
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import AnyThing, Entry, Key, World

ATTACHED = "attached"
"""The folder below `home` where an engine writes what single programs alone may read."""


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


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """What a program that ended left behind."""

    code: int
    out: str
    err: str


class Reach(Protocol):
    """How to get to a running service, and how to be inside an environment."""

    def address(self, instance: Key, port: int) -> tuple[str, int]:
        """Host and port where the edge and the probes reach a port of an instance."""
        ...

    def run_inside(
        self,
        environment: str,
        command: Sequence[str],
        *,
        give: Mapping[str, str] | None = None,
        text: str = "",
        seconds: float = 20.0,
    ) -> Completed:
        """Run a command with the rights and the view that the environment's own services have.

        `give` is added to its environment variables, `text` is its standard input.
        """
        ...

    def run_beside(
        self, instance: Key, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        """Run a command with the variables, the folder and the rights that an instance has.

        `text` is its standard input; nothing of it is shown on the terminal.

        Raises:
            BadInput: when there is no such instance.
            MachineFailed: when it does not end in time or cannot be started.
        """
        ...

    def enter(self, instance: Key, command: Sequence[str]) -> int:
        """Run a command beside an instance, on the user's terminal; returns its exit code."""
        ...


class Ways(Protocol):
    """How the edge gets to instances."""

    def way(self, instance: Key, port: int) -> tuple[str, int]:
        """Host, which may be a name that the edge knows, and port of a port of an instance.

        Raises:
            MachineFailed: when there is no such instance.
        """
        ...

    def blocked(self, instance: Key) -> str:
        """Why the edge cannot get to an instance yet; empty when it can."""
        ...

    def open(self, instance: Key) -> None:
        """Let the edge get there."""
        ...


class Switch(Protocol):
    """Leads visitors from one container of an instance to the next one."""

    def lead(self, instance: Key) -> None:
        """Let every route of an instance lead to where it is now.

        Raises:
            MachineFailed: when the edge refuses; the routes lead where they led.
        """
        ...

    def left(self, host: str, port: int, seconds: float) -> bool:
        """Wait until no request is under way to a place; False when time ran out."""
        ...


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How an instance is at this moment."""

    running: bool
    healthy: bool | None = None
    """None: it has no health check, or none has been made yet."""
    memory_bytes: int | None = None
    started: float | None = None
    restarts: int = 0
    limit_bytes: int | None = None
    limit_enforced: bool = False
    says: str = ""
    """The last words of its health check or of its failure."""


class Engine(Protocol):
    """A place where worlds are made real."""

    name: str
    makes: frozenset[type[AnyThing]]
    """The kinds of things that it can really make."""
    limits: tuple[str, ...]
    """What it deliberately does not do, one sentence each."""
    definitions: bool
    """Whether it takes the Compose definition of a service as it is."""
    common_edge: bool
    """Whether one edge answers for every project of the machine."""

    def refusals(self, desired: World) -> list[str]:
        """What of a world this engine can never do, in words."""
        ...

    def attached(self, wanted: World) -> World:
        """Those of these instances that stand in attached environments, as they are."""
        ...

    def strangers(self) -> Sequence[str]:
        """What else runs of the same folder, that nobody attached: Compose projects by name."""
        ...

    def gap(self, before: Entry, after: Entry) -> str:
        """Why an instance is away for a moment while it changes; empty when it is not."""
        ...

    def observer(self) -> Observer:
        """Its eyes."""
        ...

    def performers(self) -> Sequence[Performer]:
        """Its hands, one per kind of thing."""
        ...

    def reach(self) -> Reach:
        """Ways to its instances."""
        ...

    def ways(self) -> Ways:
        """The edge's ways to its instances."""
        ...

    def health(self, keys: Iterable[Key]) -> dict[Key, Health]:
        """How these instances are now, in one look."""
        ...

    def logs(self, key: Key) -> Sequence[Path]:
        """Files with what an instance wrote, oldest first."""
        ...

    def folder(self, volume: Key) -> Path | None:
        """Where a volume's data are on this machine; None when they are in no folder."""
        ...

    def user(self, environment: str) -> int | None:
        """The user id of an environment's programs; None: ours, or not known (yet)."""
        ...

    def identity(self) -> str:
        """What tells this engine from another of the same name; recorded at the first change."""
        ...

    def unwatched(self) -> str:
        """Why nobody starts again what ends, in one sentence; empty when somebody does."""
        ...

    def close(self, *, environments: Iterable[str]) -> None:
        """Called when a change has ended; stops what only empty installations leave behind."""
        ...


class EdgeProgram(msgspec.Struct, frozen=True, kw_only=True):
    """How a service of the edge is run in the foreground."""

    command: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    socket: str = ""
    """The unix socket on which it answers; empty: it answers on its ports."""
    needs: tuple[str, ...] = ()
    """Further folders that it reads or writes."""


class Commons(msgspec.Struct, frozen=True, kw_only=True):
    """What all projects of a machine have in common on an engine."""

    folder: Path
    name: str
    """What things are called by, and known by as nobody's own."""


class EngineParts(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine is built from."""

    home: Path
    """The folder for everything Partywall keeps (`.partywall`)."""
    project: Path
    """The folder of the Compose file."""
    name: str
    """The project's name: what things are called by."""
    project_id: str
    records: Records
    secrets: SecretStore
    clock: Clock
    edge: Callable[[str], EdgeProgram]
    """The program of a service of the edge; asked only at a start: finding it takes time."""
    trash_seconds: float
    commons: Commons
    switch: Switch
    attached: Mapping[str, str] = {}
    """Environment → the Compose project that it is: made by somebody else, never changed."""


class BuildsEngine(Protocol):
    """Builds an engine of one name."""

    def __call__(self, parts: EngineParts) -> Engine:
        """The engine, with nothing started yet."""
        ...


class Exporter(Protocol):
    """Writes a world as files that run without Partywall."""

    def export(self, desired: World, folder: Path) -> Iterable[Path]:
        """Write and name the files."""
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
