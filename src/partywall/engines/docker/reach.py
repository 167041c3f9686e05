"""Ways to containers: their addresses as this machine sees them, and into them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from partywall.engines.docker.containers import Containers
from partywall.engines.docker.labels import KEY
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Completed
from partywall.model.errors import BadInput, MachineFailed
from partywall.model.world import Key


class DockerReach:
    """How the edge, the probes and the user get to what runs here."""

    def __init__(self, containers: Containers, socket: Path) -> None:
        self._containers = containers
        self._socket = socket

    def address(self, instance: Key, port: int) -> tuple[str, int]:
        """The address of an instance's container in one of its networks, and the same port.

        Raises:
            MachineFailed: when it does not run.
        """
        for address in addresses(self._running(instance)):
            return address, port
        raise MachineFailed(f"{instance} is in no network", remedy="run `partywall up`")

    def run_inside(
        self,
        environment: str,
        command: Sequence[str],
        *,
        give: Mapping[str, str] | None = None,
        text: str = "",
        seconds: float = 20.0,
    ) -> Completed:
        """Run a command in a container of the environment, the first by name that runs.

        Raises:
            BadInput: when none runs.
            MachineFailed: when it does not end in time or cannot be started.
        """
        for one in self._containers.running(environment):
            return self._run(one, command, give=give or {}, text=text, seconds=seconds)
        raise BadInput(f"nothing of {environment} runs", remedy=f"`partywall up {environment}`")

    def run_beside(
        self, instance: Key, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        """Run a command in an instance's container.

        Raises:
            BadInput: when there is no such instance.
            MachineFailed: when it does not end in time or cannot be started.
        """
        one = self._running(instance)
        return self._run(one, command, give={}, text=text, seconds=seconds)

    def enter(self, instance: Key, command: Sequence[str]) -> int:
        """Run a command in an instance's container, on the user's terminal."""
        container = self._running(instance)["Id"]
        words = [*self._docker("exec", "-it"), container, *command]
        return subprocess.run(words, check=False).returncode

    def _run(
        self,
        container: Inspected,
        command: Sequence[str],
        *,
        give: Mapping[str, str],
        text: str,
        seconds: float,
    ) -> Completed:
        # By name: the values, which may be secret, are in no list of arguments.
        names = [word for name in give for word in ("--env", name)]
        try:
            done = subprocess.run(
                [*self._docker("exec", "-i", *names), container["Id"], *command],
                input=text,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
                env={**os.environ, **give},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            label = container["Config"]["Labels"][KEY]
            raise MachineFailed(f"{command[0]} in {label}: {error}") from error
        return Completed(code=done.returncode, out=done.stdout, err=done.stderr)

    def _docker(self, *words: str) -> list[str]:
        return ["docker", "--host", f"unix://{self._socket}", *words]

    def _running(self, instance: Key) -> Inspected:
        for one in self._containers.of(instance):
            if one["State"].get("Running"):
                return one
        raise BadInput(
            f"{instance} does not run", remedy="`partywall up`, or see `partywall status`"
        )


def addresses(inspected: Inspected) -> list[str]:
    """A container's addresses, in the order of its networks' names."""
    networks = inspected["NetworkSettings"].get("Networks") or {}
    return [one["IPAddress"] for _, one in sorted(networks.items()) if one.get("IPAddress")]
