"""How the Compose CLI is called: argument lists, its environment, and what its failures say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from partywall.engines.docker.gate import gate
from partywall.engines.docker.units import Unit
from partywall.interfaces import Plain
from partywall.model.errors import MachineFailed

_SECONDS = 1800.0
"""How long one call may take: a build or a pull is under way."""
_LAST_LINES = 8
_FULL = "no space left on device"
_PASSED_ON = ("HOME", "DOCKER_CONFIG", "PATH", "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK", "TMPDIR")
"""What the CLI may know of its caller; nothing else, since variables would go into services."""

_CLASSIC = {"DOCKER_BUILDKIT": "0", "COMPOSE_BAKE": "false"}
"""The engine's classic builder, whose steps are containers that a budget can hold."""


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

    def build(
        self, unit: Unit, services: Iterable[str], within: Mapping[str, str] | None = None
    ) -> None:
        """Make the images of these services anew.

        Args:
            unit: where they are described.
            services: as the unit's file calls them.
            within: what the engine is told that the builds may take; None leaves them free.

        Raises:
            MachineFailed: with the CLI's last words.
        """
        words = ["build", *sorted(services)]
        if within is None:
            self._run(unit, words)
            return
        with gate(self._socket, within) as socket:
            self._run(unit, words, {"DOCKER_HOST": f"unix://{socket}", **_CLASSIC})

    def pull(self, unit: Unit) -> None:
        """Fetch the images that are missing and that nothing here builds.

        Raises:
            MachineFailed: with the CLI's last words.
        """
        self._run(unit, ["pull", "--quiet", "--policy", "missing", "--ignore-buildable"])

    def plain(self, plain: Plain, *words: str) -> str:
        """Call it as a user would, in the app's folder; returns what it prints.

        Raises:
            MachineFailed: with the CLI's last words.
        """
        command = [str(self._program), "--progress", "plain", *plain.words()]
        return self._call([*command, *words], plain.folder, plain.folder)

    def _run(self, unit: Unit, words: Sequence[str], more: Mapping[str, str] | None = None) -> None:
        self._call([*arguments(self._program, unit), *words], unit.compose, more=more)

    def _call(
        self,
        command: Sequence[str],
        where: Path,
        folder: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> str:
        known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**known, "DOCKER_HOST": f"unix://{self._socket}", **(more or {})},
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
            raise failure(where, done.stderr)
        return done.stdout


def arguments(program: Path, unit: Unit) -> list[str]:
    """The beginning of every command line for a unit."""
    return [
        *(str(program), "--progress", "plain", "-p", unit.project),
        *("-f", str(unit.compose), "--env-file", str(unit.env)),
        *("--project-directory", str(unit.folder)),
    ]


def failure(where: Path, stderr: str) -> MachineFailed:
    """The error that the CLI's words make."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith("time=")] or lines
    why = said[-1].removeprefix("Error response from daemon: ") if said else "it gives no reason"
    remedy = f"look at {where}"
    if _FULL in why:
        remedy = (
            "make room where the engine keeps its data (`docker system df` shows what takes it)"
        )
    return MachineFailed(
        f"Compose could not do it: {why}",
        detail=said[-_LAST_LINES:-1],
        remedy=f"{remedy}, then run the command again",
    )
