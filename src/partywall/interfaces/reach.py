"""Ways to what runs: for probes and people, for the edge, and from one container to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from partywall.interfaces.bounds import Bounds, Burst, Vitals
from partywall.interfaces.mounted import Mounted
from partywall.interfaces.stand import Stand
from partywall.interfaces.told import Told
from partywall.model.world import AnyThing, Key, Limit


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


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What an instance is called in networks, and where it listens."""

    key: Key
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    ports: tuple[int, ...]


class Reach(Protocol):
    """How to get to a running service, and how to be inside an environment."""

    def address(self, instance: Key, port: int, near: str = "") -> tuple[str, int]:
        """Host and port where the edge and the probes reach a port of an instance.

        `near` is the environment that asks for one that several use: it may see it elsewhere.
        """
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

    def bounds(self, limit: Limit) -> Bounds | None:
        """How an environment is held to its budget now; None: nobody holds it to one.

        Raises:
            MachineFailed: when the kernel cannot be asked.
        """
        ...

    def burst(self, limit: Limit) -> Burst:
        """Where the bounds of a budget can be tried without touching what runs on it.

        Raises:
            BadInput: when nothing runs whose bounds could be tried.
        """
        ...

    def mounts(self, environment: str) -> Sequence[Mounted] | None:
        """What of this machine is mounted in what runs; None: nothing is seen elsewhere than it is.

        Raises:
            MachineFailed: when it cannot be seen from here.
        """
        ...

    def told(self, environment: str) -> Sequence[Told] | None:
        """What everything of it that runs was really told; None: what its description says."""
        ...

    def vitals(self, environment: str) -> Vitals:
        """What shows later whether anything of it was killed meanwhile."""
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


class Links(Protocol):
    """How an environment's instances get to a server that others use too."""

    def missing(self, space: AnyThing) -> str:
        """Why they cannot get to the server of a part of it; empty when they can."""
        ...

    def link(self, space: AnyThing) -> None:
        """Let them, under the service's name; nothing that runs is restarted."""
        ...

    def unlink(self, space: AnyThing) -> None:
        """They have nothing there any more."""
        ...


class Switch(Protocol):
    """Leads visitors from one container of an instance to the next one."""

    def lead(self, instance: Key) -> None:
        """Let every route of an instance lead to where it is now.

        Raises:
            MachineFailed: when the edge refuses; the routes lead where they led.
        """
        ...

    def follow(self, instance: Key) -> None:
        """Lead those of its routes that lead elsewhere, if the edge can do it now."""
        ...

    def left(self, host: str, port: int, seconds: float) -> bool:
        """Wait until no request is under way to a place; False when time ran out."""
        ...
