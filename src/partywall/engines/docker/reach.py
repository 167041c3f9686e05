"""Ways to containers: their addresses as this machine sees them, and into them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from partywall.engines.docker import agent_image, rights
from partywall.engines.docker.agents import LABEL, Agents, arguments
from partywall.engines.docker.api import Api
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.holding import Holding
from partywall.engines.docker.labels import PROJECT
from partywall.engines.docker.mounts import mounts
from partywall.engines.docker.names import Naming
from partywall.engines.docker.stands import Position, contacts, positions
from partywall.engines.docker.telling import told
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import (
    Agent,
    Bounds,
    Burst,
    Completed,
    Contact,
    Mounted,
    Stand,
    Told,
    Vitals,
)
from partywall.model.errors import BadInput, MachineFailed
from partywall.model.world import SHARED, Key, Limit, environment_of
from partywall.system import piping
from partywall.system.conversation import Conversation


class DockerReach:
    """How the edge, the probes and the user get to what runs here."""

    def __init__(
        self,
        api: Api,
        containers: Containers,
        naming: Naming,
        volumes: Callable[[], Mapping[Key, str]],
        holding: Holding,
    ) -> None:
        self._api = api
        self._containers = containers
        self._naming = naming
        self._volumes = volumes
        self._holding = holding
        self._lock = threading.Lock()
        self._agents: dict[str, Agents] = {}
        self._positions: dict[str, Position] = {}

    def address(self, instance: Key, port: int, near: str = "") -> tuple[str, int]:
        """The address of an instance's container in one of its networks, and the same port.

        In its own unit's, unless said otherwise: those of others may go at any moment.

        Raises:
            MachineFailed: when it does not run.
        """
        first = f"{self._naming.compose_project(near or environment_of(instance))}_"
        for address in addresses(self._running(instance), first):
            return address, port
        raise MachineFailed(f"{instance} is in no network", remedy="run `partywall up`")

    def stands(self, environment: str) -> Sequence[Stand]:
        """One for each set of networks, volumes and rights among its containers.

        Raises:
            BadInput: when none runs.
            MachineFailed: when the engine's processes are not to be seen here.
        """
        running = self._containers.running(environment)
        if not running:
            raise BadInput(f"nothing of {environment} runs", remedy=f"`partywall up {environment}`")
        named = {name: key for key, name in self._volumes().items()}
        found = positions(environment, running, rights.of, named)
        self._positions.update({one.stand.name: one for one in found})
        return [one.stand for one in found]

    def prepare(self, environments: Sequence[str], agent: Agent) -> None:
        """Make the agent's image, and start it in every position.

        Raises:
            MachineFailed: when there is no image and none can be made.
        """
        agents = self._hired(agent)
        for environment in environments:
            for stand in self.stands(environment):
                agents.start(self._positions[stand.name])

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        """Ask an agent in a container of its own, in the position of another.

        Raises:
            MachineFailed: when it does not answer in time or cannot be started.
        """
        return self._hired(agent).ask(self._positions[stand.name], text, seconds)

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        """What its containers are called in networks, and where they are; shared ones as well."""
        running = self._containers.running
        return contacts(environment, running(environment), running(SHARED))

    def bounds(self, limit: Limit) -> Bounds:
        """Who runs on a budget, as the kernel has it; raises as the holding does."""
        return self._holding.bounds(limit)

    def burst(self, limit: Limit) -> Burst:
        """A container of its own in the budget's group; raises as the holding does."""
        burst, position = self._holding.burst(limit)
        self._positions[burst.stand.name] = position
        return burst

    def mounts(self, environment: str) -> Sequence[Mounted]:
        """What its containers have mounted; raises when that is not to be seen from here."""
        return mounts(environment, self._containers.running(environment))

    def told(self, environment: str) -> Sequence[Told]:
        """Images, command lines and variables as the engine has them."""
        return [told(environment, one) for one in self._containers.running(environment)]

    def vitals(self, environment: str) -> Vitals:
        """First processes and kills for memory."""
        return self._holding.vitals(environment)

    def leave(self) -> None:
        """End the agents; their containers remove themselves."""
        with self._lock:
            agents, self._agents = list(self._agents.values()), {}
        for one in agents:
            one.close()

    def _hired(self, agent: Agent) -> Agents:
        with self._lock:
            if agent.module not in self._agents:
                self._agents[agent.module] = self._hire(agent)
            return self._agents[agent.module]

    def _hire(self, agent: Agent) -> Agents:
        made = agent_image.ensure(self._api, agent)

        def start(position: Position, name: str) -> Conversation:
            key = position.stand.name
            labels = {PROJECT: self._naming.owner(key), LABEL: key}
            words = arguments(
                position, name=name, image=made, labels=labels, words=agent_image.command(agent)
            )
            return Conversation([*self._docker(), *words])

        return Agents(start)

    def run_beside(
        self, instance: Key, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        """Run a command in an instance's container.

        Raises:
            BadInput: when there is no such instance.
            MachineFailed: when it does not end in time or cannot be started.
        """
        one = self._running(instance)
        return self._run(one, command, text=text, seconds=seconds)

    def save(self, instance: Key, command: Sequence[str], path: Path) -> None:
        """Keep in a file what a command in an instance's container writes; 0600.

        Raises:
            MachineFailed: when it fails, or the file cannot be written; no file is left.
        """
        container = self._running(instance)["Id"]
        done = piping.save([*self._docker("exec", container), *command], path)
        if done.code:
            raise MachineFailed(
                f"{command[0]} in {instance} failed (exit {done.code})",
                detail=done.err.strip().splitlines()[-5:],
            )

    def enter(self, instance: Key, command: Sequence[str]) -> int:
        """Run a command in an instance's container, on the user's terminal or in a pipe."""
        container = self._running(instance)["Id"]
        on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        words = self._docker("exec", "-it" if on_terminal else "-i")
        return subprocess.run([*words, container, *command], check=False).returncode

    def _run(
        self,
        container: Inspected,
        command: Sequence[str],
        *,
        text: str,
        seconds: float,
    ) -> Completed:
        try:
            done = subprocess.run(
                [*self._docker("exec", "-i"), container["Id"], *command],
                input=text,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            name = str(container["Name"]).lstrip("/")
            raise MachineFailed(f"{command[0]} in {name}: {error}") from error
        return Completed(code=done.returncode, out=done.stdout, err=done.stderr)

    def _docker(self, *words: str) -> list[str]:
        return ["docker", "--host", f"unix://{self._api.socket}", *words]

    def _running(self, instance: Key) -> Inspected:
        for one in self._containers.of(instance):
            if one["State"].get("Running"):
                return one
        raise BadInput(
            f"{instance} does not run", remedy="`partywall up`, or see `partywall status`"
        )


def addresses(inspected: Inspected, first: str = "") -> list[str]:
    """A container's addresses, in the order of its networks' names; some names may come first."""
    networks = inspected["NetworkSettings"].get("Networks") or {}
    ordered = sorted(networks, key=lambda name: (not name.startswith(first), name))
    return [networks[name]["IPAddress"] for name in ordered if networks[name].get("IPAddress")]
