"""A place where worlds are made real, and what it is built from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from partywall.interfaces.keeping import Exporter, Logs, Trash
from partywall.interfaces.reach import Links, Reach, Switch, Ways
from partywall.interfaces.succession import Succession
from partywall.interfaces.throwaway import Throwaways
from partywall.interfaces.working import Clock, Observer, Performer, Records, SecretStore
from partywall.model.world import AnyThing, Entry, Key, Limit, World


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
    throttled_seconds: float | None = None
    """How long it waited for processors that it may not have, since it was started."""
    oom_kills: int | None = None
    """How many of its processes were killed for memory since it was started."""
    says: str = ""
    """The last words of its health check or of its failure."""
    cpu_seconds: float | None = None
    """Processors' time that it has used since it was started."""
    image: str = ""
    """What its image really is, by content; empty: it runs none."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment takes of its budget now; None where nobody can say."""

    memory_bytes: int | None = None
    pids: int | None = None
    throttled: int | None = None
    """Periods in which it used up what it may have of the processors."""
    throttled_seconds: float | None = None
    oom_kills: int | None = None
    missing: tuple[str, ...] = ()
    """What of the budget this machine's kernel cannot do, a sentence each."""


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

    def former(self, project: str) -> Sequence[str]:
        """The volumes that a Compose project of somebody else has left, by name."""
        ...

    def publisher(self, port: int) -> str:
        """The image of the container that has a port of the machine; empty: none has it."""
        ...

    def succession(self) -> Succession | None:
        """What lets services go over from containers of others to its own; None when nothing."""
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

    def links(self) -> Links:
        """The environments' ways to what they share."""
        ...

    def health(self, keys: Iterable[Key]) -> dict[Key, Health]:
        """How these instances are now, in one look."""
        ...

    def use(self, limit: Limit) -> Use | None:
        """What an environment takes of its budget now; None: nobody holds it to one."""
        ...

    def logs(self) -> Logs:
        """What its instances and jobs write."""
        ...

    def trash(self) -> Trash:
        """Where data wait that were removed."""
        ...

    def throwaways(self) -> Throwaways:
        """Servers on copies of data, for a while."""
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

    def discard(self, things: Iterable[AnyThing]) -> None:
        """Remove what was built for things that are gone, unless somebody else has it; no data."""
        ...

    def builds(self) -> frozenset[str]:
        """The names of what it has built for projects called as this one, and for probes."""
        ...

    def forget(self, keep: Iterable[str]) -> None:
        """Remove all that `builds` names, save these and what somebody uses; no data."""
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
    succeeds: str = ""
    """The Compose project whose services are about to become ours; empty: none."""


class BuildsEngine(Protocol):
    """Builds an engine of one name."""

    def __call__(self, parts: EngineParts) -> Engine:
        """The engine, with nothing started yet."""
        ...
