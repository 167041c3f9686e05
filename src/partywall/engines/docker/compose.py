"""How the Compose CLI is called: argument lists, its environment, and what its failures say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from partywall.engines.docker.units import Unit
from partywall.model.errors import MachineFailed

_SECONDS = 1800.0
"""How long one call may take: a build or a pull is under way."""
_LAST_LINES = 8
_FULL = "no space left on device"
_PASSED_ON = ("HOME", "DOCKER_CONFIG", "PATH", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK", "TMPDIR")
"""What the CLI may know of its caller; nothing else, since variables would go into services."""


class ComposeCli:
    """The Compose CLI of this machine, towards one engine."""

    def __init__(self, program: Path, socket: Path) -> None:
        self._program = program
        self._socket = socket

    def up(self, unit: Unit, services: Iterable[str], *, anew: bool = False) -> None:
        """Create or start these services, whatever they depend on having been seen to.

        Args:
            unit: where they are described.
            services: as the unit's file calls them.
            anew: also where nothing has changed.

        Raises:
            MachineFailed: with the CLI's last words.
        """
        words = ["up", "--detach", "--no-deps", "--quiet-pull", "--pull", "missing"]
        if anew:
            words.append("--force-recreate")
        self._run(unit, [*words, *sorted(services)])

    def scale(self, unit: Unit, service: str, number: int) -> None:
        """Let there be so many containers of a service; those that are there stay as they are.

        Raises:
            MachineFailed: with the CLI's last words.
        """
        words = ["up", "--detach", "--no-deps", "--quiet-pull", "--pull", "missing"]
        self._run(unit, [*words, "--no-recreate", "--scale", f"{service}={number}", service])

    def build(self, unit: Unit, services: Iterable[str]) -> None:
        """Make the images of these services anew.

        Raises:
            MachineFailed: with the CLI's last words.
        """
        self._run(unit, ["build", *sorted(services)])

    def _run(self, unit: Unit, words: Sequence[str]) -> None:
        command = [*arguments(self._program, unit), *words]
        known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            done = subprocess.run(
                command,
                env={**known, "DOCKER_HOST": f"unix://{self._socket}"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
                errors="replace",
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MachineFailed(f"the Compose CLI cannot be run: {error}") from error
        if done.returncode:
            raise failure(unit, done.stderr)


def arguments(program: Path, unit: Unit) -> list[str]:
    """The beginning of every command line for a unit."""
    return [
        *(str(program), "--progress", "plain", "-p", unit.project),
        *("-f", str(unit.compose), "--env-file", str(unit.env)),
        *("--project-directory", str(unit.folder)),
    ]


def failure(unit: Unit, stderr: str) -> MachineFailed:
    """The error that the CLI's words make."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith("time=")] or lines
    why = said[-1].removeprefix("Error response from daemon: ") if said else "it gives no reason"
    remedy = f"look at {unit.compose}"
    if _FULL in why:
        remedy = (
            "make room where the engine keeps its data (`docker system df` shows what takes it)"
        )
    return MachineFailed(
        f"Compose could not do it: {why}",
        detail=said[-_LAST_LINES:-1],
        remedy=f"{remedy}, then run the command again",
    )
