"""A command at work, and what it says meanwhile."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence

from scenarios.installation import SECONDS, until


class Running:
    """A command line that was started and is listened to."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.program = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, env=dict(env),
        )  # fmt: skip
        self.said = ""
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        assert self.program.stderr is not None
        with self.program.stderr as lines:
            for line in lines:
                self.said += line

    def until_it_says(self, text: str) -> None:
        """Wait for a line."""
        until(lambda: text in self.said or self.program.poll() is not None, SECONDS, text)
        assert text in self.said, self.said

    def ended_by(self, number: int) -> int:
        """Send it a signal; gives its exit code."""
        self.program.send_signal(number)
        code = self.program.wait(SECONDS)
        self._thread.join()
        return code
