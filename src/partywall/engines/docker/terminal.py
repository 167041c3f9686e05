"""Commands in containers, with the user's terminal where there is one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from partywall.engines.docker.reach import DockerReach
from partywall.model.world import Key


class TerminalReach(DockerReach):
    """The ways to containers, for somebody at a terminal or for a script."""

    def enter(self, instance: Key, command: Sequence[str]) -> int:
        """Run a command in an instance's container, on the user's terminal or in a pipe."""
        container = self._running(instance)["Id"]
        on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        words = self._docker("exec", "-it" if on_terminal else "-i")
        return subprocess.run([*words, container, *command], check=False).returncode
