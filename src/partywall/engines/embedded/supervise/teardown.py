"""Ends all programs of a run folder without a supervisor, those that others need last."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from . import ending, processes, record
from .failure import SupervisionError
from .order import waves
from .processes import Process
from .program import Program, folder_of
from .state import states


def end_all(run: Path, deadline: float) -> None:
    """Stop everything; descriptions stay as they are, so that all of it comes back on demand.

    Args:
        run: a run folder without a living supervisor.
        deadline: monotonic seconds; graces end there at the latest.

    Raises:
        SupervisionError: something cannot be killed.
    """
    found = {key: state for key, state in states(run).items() if state.process}
    programs = {key: state.program or _unknown(key) for key, state in found.items()}
    for group in waves(programs):
        for key in group:
            if (process := found[key].process) is not None:
                ending.send(process, programs[key].signal)
        for key in group:
            _end(folder_of(run, key), programs[key], found[key].process, deadline)
            if not found[key].finished:
                record.erase(folder_of(run, key), "health.json", "process.json")


def _end(folder: Path, program: Program, process: Process | None, deadline: float) -> None:
    kill_at = min(deadline, time.monotonic() + program.stop_grace_seconds)
    while left := ending.remains(folder, process, program.mark):
        now = time.monotonic()
        if now >= kill_at:
            ending.send_all(left, signal.SIGKILL)
        elif process and not processes.alive(process):
            ending.send_all(left, program.signal)
        if now >= max(deadline, kill_at) + 10:
            raise SupervisionError(f"{program.key} cannot be killed")
        time.sleep(0.02)


def _unknown(key: str) -> Program:
    return Program(key, project="", command=("?",))
