"""What an engine keeps and hands out: logs, what was removed, and files that run without us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from partywall.model.world import Entry, Key, World


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
    owner: Key = ""
    """The instance or job that kept them in a volume without a name, and where inside it."""
    path: str = ""
    folder: str = ""
    """The folder of the machine that goes with them, where the engine would leave it."""
    id: str = ""
    """What the user calls them."""


class Trash(Protocol):
    """Data that were removed and wait; never such as are in use."""

    def all(self) -> Sequence[Discarded]:
        """Everything that waits, in no order."""
        ...

    def gather(self, environment: str | None) -> None:
        """After a `destroy` (None: of everything), take in what was kept without a name."""
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

    def export_turns(self, desired: World, environments: Sequence[str]) -> Sequence[Path]:
        """Keep all of these environments, of which one at a time stands, in a file of their own.

        Raises:
            MachineFailed: when a file cannot be written.
        """
        ...

    def export(self, desired: World, environments: Sequence[str]) -> Sequence[Path]:
        """Let them be as this world wants these environments; names them.

        Raises:
            MachineFailed: when a file cannot be written.
        """
        ...
