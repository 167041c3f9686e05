"""What the core needs from outside, and nothing about who provides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from partywall.model.plan import Action, Step
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import AnyThing, Entry, Key, World

ATTACHED = "attached"
"""The folder below `home` where an engine writes what single programs alone may read."""
RENDERED = "rendered"
"""The folder below `home` where an engine writes each environment's Compose project."""


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


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A module of ours that tries things from inside an environment.

    It reads lines `NUMBER JSON` and answers each with such a line of the same number, in any order;
    it ends with its input.
    """

    module: str
    """A package; of ours it imports nothing but itself."""
    needs: tuple[str, ...] = ()
    """Further packages that it imports."""

    def words(self) -> tuple[str, ...]:
        """What comes after the interpreter; `-P`: the environment's own modules are not ours."""
        return ("-P", "-m", self.module)


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """A position in which programs of an environment run."""

    name: str
    """The environment, or one of the instances that are in this position."""
    networks: frozenset[str] = frozenset()
    folders: Mapping[Key, str] | None = None
    """Volume → where it is seen from there; None: where it is on this machine."""
    alone: bool = False
    """Whether no other environment's processes can be among those that are seen."""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What an instance is called in networks, and where it listens."""

    key: Key
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    ports: tuple[int, ...]


class Reach(Protocol):
    """How to get to a running service, and how to be inside an environment."""

    def address(self, instance: Key, port: int) -> tuple[str, int]:
        """Host and port where the edge and the probes reach a port of an instance."""
        ...

    def stands(self, environment: str) -> Sequence[Stand]:
        """Every position in which an environment's own programs run; a few do for all of them.

        Raises:
            BadInput: when nothing of it runs.
        """
        ...

    def prepare(self, environments: Sequence[str], agent: Agent) -> None:
        """Make everything ready that takes time, so that an agent can be asked at once.

        Raises:
            MachineFailed: when it cannot be made ready.
        """
        ...

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        """Have an agent answer one line with the rights and the view that a position gives.

        Raises:
            MachineFailed: when it does not answer in time or cannot be started.
        """
        ...

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        """Where its instances are in networks of its own; None when there are no such networks."""
        ...

    def leave(self) -> None:
        """End what was started inside."""
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


class Log(Protocol):
    """What an instance or a job writes."""

    def last(self, count: int) -> Sequence[str]:
        """Its last lines, oldest first."""
        ...

    def follow(self) -> Iterator[str]:
        """Each line after those that `last` knew, or from now on; for ever, over restarts.

        Raises:
            MachineFailed: when its keeper is gone.
        """
        ...


class Logs(Protocol):
    """What everything writes, for as long as it is kept."""

    def written(self, environment: str) -> Sequence[Key]:
        """Instances and jobs of an environment (or of `machine`) that there are words of."""
        ...

    def of(self, key: Key) -> Log:
        """What one of them writes; of one that never wrote it is empty."""
        ...


class Discarded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Data that wait in the trash; times are seconds since the epoch."""

    key: Key
    name: str
    at: float
    until: float
    """When they may be removed for good."""
    volume: str = ""
    """What the engine calls them, where it keeps them itself."""
    id: str = ""
    """What the user calls them."""


class Trash(Protocol):
    """Data that were removed and wait; never such as are in use."""

    def all(self) -> Sequence[Discarded]:
        """Everything that waits, in no order."""
        ...

    def check(self, one: Discarded) -> None:
        """See that data can be brought back.

        Raises:
            Refused: when there are new ones in their place, or they are gone.
        """
        ...

    def restore(self, one: Discarded, entry: Entry) -> None:
        """Let the data be those of `entry` again; raises as `check` does."""
        ...

    def remove(self, one: Discarded) -> None:
        """Remove data for good; such as are no longer ours are only forgotten.

        Raises:
            MachineFailed: when something holds on to them.
        """
        ...


class Exporter(Protocol):
    """Keeps files that run without Partywall."""

    def export(self, desired: World, environments: Sequence[str]) -> Sequence[Path]:
        """Let them be as this world wants these environments; names them.

        Raises:
            MachineFailed: when a file cannot be written.
        """
        ...


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

    def logs(self) -> Logs:
        """What its instances and jobs write."""
        ...

    def trash(self) -> Trash:
        """Where data wait that were removed."""
        ...

    def exporter(self) -> Exporter | None:
        """What keeps the files that it runs everything by; None when it has none of its own."""
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
