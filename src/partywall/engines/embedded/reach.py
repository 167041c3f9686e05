"""Ways to instances on loopback, and into environments."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from partywall.engines.embedded import inside
from partywall.engines.embedded.programs import Programs
from partywall.engines.embedded.servers import postgres
from partywall.interfaces import Agent, Burst, Completed, Contact, Stand, Vitals
from partywall.model.errors import BadInput, MachineFailed
from partywall.model.world import AnyThing, Key, Limit
from partywall.system.conversation import Conversation


class EmbeddedReach:
    """How the edge, the probes and the user get to what runs here."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._lock = threading.Lock()
        self._agents: dict[tuple[str, str], Conversation] = {}

    def address(self, instance: Key, port: int, near: str = "") -> tuple[str, int]:
        """Host and port of an instance.

        Raises:
            MachineFailed: when it never ran here.
        """
        del near
        address = self._programs.allocations.address(instance)
        if address is None:
            raise MachineFailed(f"{instance} has no address", remedy="run `partywall up`")
        ports = address.ports
        return address.host, ports.get(port) or next(iter(ports.values()), port)

    def way(self, instance: Key, port: int) -> tuple[str, int]:
        """The same address: the edge is a process beside the others; raises as `address` does."""
        return self.address(instance, port)

    def blocked(self, instance: Key) -> str:
        """Nothing stands between the edge and an instance on loopback."""
        del instance
        return ""

    def open(self, instance: Key) -> None:
        """There is nothing to do."""
        del instance

    def missing(self, space: AnyThing) -> str:
        """Nothing stands between programs on loopback."""
        del space
        return ""

    def link(self, space: AnyThing) -> None:
        """There is nothing to do."""
        del space

    def unlink(self, space: AnyThing) -> None:
        """There is nothing to do."""
        del space

    def stands(self, environment: str) -> Sequence[Stand]:
        """One: all programs of an environment are one user's."""
        return (Stand(name=environment),)

    def prepare(self, environments: Sequence[str], agent: Agent) -> None:
        """Nothing takes time."""
        del environments, agent

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        """Ask one that runs as the environment's own user, with the interpreter that runs us.

        It is started when it is first asked, and ends with `leave`, or with us.

        Raises:
            MachineFailed: when it does not answer in time or cannot be started.
        """
        return self._agent(stand.name, agent).ask(text, seconds)

    def _agent(self, environment: str, agent: Agent) -> Conversation:
        with self._lock:
            if (environment, agent.module) not in self._agents:
                self._agents[environment, agent.module] = inside.talking(
                    self._programs.places.home / "inside",
                    self._programs.inside(environment),
                    (sys.executable, *agent.words()),
                )
            return self._agents[environment, agent.module]

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        """None: everything is on loopback."""
        del environment
        return None

    def bounds(self, limit: Limit) -> None:
        """None: nobody holds an environment to a budget here."""
        del limit

    def burst(self, limit: Limit) -> Burst:
        """There is nothing to be tried.

        Raises:
            BadInput: always.
        """
        raise BadInput(f"{limit.key} is not in force here")

    def mounts(self, environment: str) -> None:
        """None: folders are where they are on this machine."""
        del environment

    def told(self, environment: str) -> None:
        """None: programs are told what their descriptions say."""
        del environment

    def vitals(self, environment: str) -> Vitals:
        """Nobody asks: nothing is ever burnt here."""
        del environment
        return Vitals()

    def leave(self) -> None:
        """End the agents."""
        with self._lock:
            agents, self._agents = list(self._agents.values()), {}
        for one in agents:
            one.close()

    def run_beside(
        self, instance: Key, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        """Run a command with an instance's variables, folder and user.

        Raises:
            BadInput: when there is no such instance.
        """
        key = self._described(instance)
        run = self._programs.places.run
        words = [postgres.tool(word) for word in command]
        return inside.beside(run, key, words, give={}, text=text, seconds=seconds)

    def enter(self, instance: Key, command: Sequence[str]) -> int:
        """Run a command with an instance's variables and folder, on the user's terminal.

        Raises:
            BadInput: when there is no such instance.
        """
        key = self._described(instance)
        return inside.attached(self._programs.places.run, key, command, {})

    def _described(self, instance: Key) -> str:
        """What the supervisor calls an instance."""
        places = self._programs.places
        if not (places.instance(instance) / "program.json").exists():
            raise BadInput(f"{instance} is not there", remedy="run `partywall up` first")
        return _program(instance)


def _program(instance: Key) -> str:
    environment, _, name = instance.partition("/")
    return f"{environment}/{name.replace('/', '-')}"
