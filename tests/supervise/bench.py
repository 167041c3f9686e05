"""What the tests of supervision share: programs to supervise, waiting with a deadline, counting."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from partywall.engines.embedded.supervise import companion, control, processes
from partywall.engines.embedded.supervise.program import Program

PYTHON = os.path.realpath(sys.executable)
PROJECT = "trial"


class Bench:
    """A run folder with short words for what tests do to it."""

    def __init__(self, folder: Path) -> None:
        self.run = folder / "run"
        self.folder = folder
        self.project = f"{PROJECT}-{os.getpid()}-{folder.name}"

    def program(self, key: str, *command: str, **fields: object) -> Program:
        words = command or ("/bin/sleep", "1000")
        log = str(self.folder / f"{key.replace('/', '-')}.log")
        return Program(key, self.project, words, **({"log": log, "folder": "/tmp"} | fields))

    def up(self, key: str, *command: str, **fields: object) -> control.State:
        control.want(self.run, self.program(key, *command, **fields))
        return control.ready(self.run, key, 20)

    def state(self, key: str) -> control.State:
        return control.state(self.run, key)

    def log(self, key: str) -> str:
        path = self.folder / f"{key.replace('/', '-')}.log"
        return path.read_text() if path.exists() else ""

    def copies(self, key: str) -> list[int]:
        """The main processes that carry a program's mark (sleep starts no children)."""
        return [found.pid for name, found in processes.find_marked(self.project) if name == key]

    def kill_supervisor(self) -> None:
        kill(control.supervisor(self.run))

    def kill_guardian(self) -> None:
        kill(companion.recorded(self.run))

    def is_whole(self) -> bool:
        """Whether a supervisor and another process, its guardian, live."""
        supervisor, guardian = control.supervisor(self.run), companion.recorded(self.run)
        return bool(supervisor and guardian and supervisor.pid != guardian.pid)


def kill(process: processes.Process | None) -> None:
    """Kill -9 and wait until the kernel has done it."""
    if process and processes.alive(process):
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not processes.alive(process))


def until(is_so: Callable[[], object], seconds: float = 15.0) -> None:
    """Poll until a condition holds; fail after the deadline."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds} s: {is_so}"
        time.sleep(0.01)


def holds(is_so: Callable[[], object], seconds: float) -> None:
    """Poll that a condition stays true for some time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert is_so()
        time.sleep(0.01)
