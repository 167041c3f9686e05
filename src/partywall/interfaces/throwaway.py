"""Servers on copies of data, for a while: without a way out, bounded, gone by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from partywall.interfaces.reach import Completed
from partywall.model.secret import Secret
from partywall.model.world import Instance, Key

ENDED = 124
"""As `timeout` says it."""


class Throwaway(msgspec.Struct, frozen=True, kw_only=True):
    """A server on a copy of data, for a while."""

    name: str
    """Of its own, in letters, digits and `-`."""
    like: Instance
    """The server that the data are from."""
    hosts: tuple[str, ...] = ()
    """What it is called by commands that are run beside it."""
    data: Path
    """Its data directory on this machine; its files belong to who `owner` says."""
    settings: Mapping[str, str]
    """What the server is told on its command line, over what its files say."""
    seconds: float
    """After which it ends by itself, whatever becomes of us."""
    memory_bytes: int
    cpus: float


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Where a throwaway server listens: from this machine alone."""

    host: str
    port: int


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A command to be run beside a throwaway server, in the place of one of the app's services."""

    name: str
    """Of its own, in letters, digits and `-`."""
    like: Instance
    """Whose image or folder, and whose own command where none is said."""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str]
    """All its variables; service names in them are as in the Compose file."""
    hosts: frozenset[str]
    """Service names that lead to the throwaway server."""
    running: Key = ""
    """The instance whose code it is run from, as that runs now; empty: as `like` describes it."""
    seconds: float
    """After which it is ended."""


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """A program of a living server's own, which asks it over its network and writes much."""

    name: str
    """Of its own, in letters, digits and `-`."""
    like: Instance
    """The server."""
    command: tuple[str, ...]
    text: Secret
    """The beginning of its input, which stays open until it ends, or we do."""
    file: Path
    """Where what it writes is kept (0600)."""


class Throwaways(Protocol):
    """Starts and stops them; nothing of it is in any world."""

    unbounded: str
    """What of their bounds this engine does not keep, in one sentence; empty: it keeps them all."""

    def place(self, instance: Key, path: str) -> Path | None:
        """Where a path that an instance sees is on this machine; None: in none that we can read."""
        ...

    def owner(self, like: Instance, data: Path) -> int | None:
        """Who files copied from `data` shall belong to; None: to whom they belong there."""
        ...

    def start(self, wanted: Throwaway) -> Door:
        """Start it; it may not listen yet.

        Raises:
            MachineFailed: when it cannot be started.
        """
        ...

    def initialise(self, wanted: Throwaway, words: Sequence[str], password: Secret) -> None:
        """Make a new data directory by the `initdb` of the server that it is like.

        Args:
            wanted: its data are made, by who would run it.
            words: options of `initdb`.
            password: of the first role.

        Raises:
            MachineFailed: when it cannot be made.
        """
        ...

    def save(self, writing: Writing) -> Completed:
        """Run a program to its end; its file is left only when it ended well.

        It is none of the server's own processes: nothing of it is where the server would miss it.

        Raises:
            MachineFailed: when it cannot be started, or the file cannot be written.
        """
        ...

    def feed(
        self, server: str, command: Sequence[str], file: Path, environment: Mapping[str, str]
    ) -> Completed:
        """Run a program of a throwaway server's own to its end, which reads a file.

        Raises:
            MachineFailed: when it cannot be started.
        """
        ...

    def running(self) -> frozenset[str]:
        """The names of those that run."""
        ...

    def words(self, name: str) -> Sequence[str]:
        """The last lines that it wrote; none where nothing is kept."""
        ...

    def stop(self, name: str) -> None:
        """End it, cleanly if it can be; nothing happens when there is none."""
        ...

    def kill(self, name: str) -> None:
        """End it at once, with what it has not written."""
        ...

    def tidy(self) -> None:
        """Remove what all of them have in common, once none is left."""
        ...

    def run(self, server: str, errand: Errand, given_up: Callable[[], bool]) -> Completed:
        """Run a command to its end where it reaches the throwaway server, and nothing else.

        One that is ended, because its time is over or nobody wants it any more, has the exit
        code `ENDED`.

        Raises:
            MachineFailed: when it cannot be started.
        """
        ...

    def inside(self, server: str, command: Sequence[str], names: Sequence[str]) -> Sequence[str]:
        """The argument list that runs one of PostgreSQL's own programs where the server is.

        Args:
            server: the throwaway server.
            command: the program and its arguments.
            names: of the variables that are handed on from the list's own environment.
        """
        ...

    def stream(
        self,
        server: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        take: Callable[[bytes], object],
    ) -> Completed:
        """Run one of PostgreSQL's own programs, of the server's version, where the server is.

        `PGHOST` and `PGPORT` lead to the server. What it writes is handed on piece by piece, and
        kept nowhere: `out` stays empty.

        Raises:
            MachineFailed: when it cannot be started.
        """
        ...
