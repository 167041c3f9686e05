"""What is true of a program now, read from its files and /proc alone: no process is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from . import processes, record
from .failure import SupervisionError
from .processes import Process
from .program import Program, folder_of, load

_FILES = ("program.json", "process.json", "health.json", "restarts.json", "failed")


class State(NamedTuple):
    """A program as it is.

    Attributes:
        key: such as `dev/web`.
        program: what is wanted, or None when nothing readable is described.
        running: whether its main process lives.
        process: the identity of that process.
        started: seconds since 1970 of the latest start.
        healthy: True, False, or None when it may still be starting, is not asked, or is down.
        health_says: what the latest check said, at most 500 characters.
        restarts: how often it was started again after a crash.
        last_exit: its latest exit code, 128 + signal when killed, None when unknown.
        failed: why the latest start failed, else empty.
        finished: whether it is over for good: a job that ended, a program not to be restarted.
        stale: whether a copy runs that was started with another description.
        labels: of what runs or finished, as it was started when stale.
    """

    key: str
    program: Program | None = None
    running: bool = False
    process: Process | None = None
    started: float | None = None
    healthy: bool | None = None
    health_says: str = ""
    restarts: int = 0
    last_exit: int | None = None
    failed: str = ""
    finished: bool = False
    stale: bool = False
    labels: Mapping[str, str] = {}

    @property
    def pid(self) -> int | None:
        """The number of the main process while it runs."""
        return self.process.pid if self.process and self.running else None

    @property
    def succeeded(self) -> bool:
        """Whether it is over and ended well."""
        return self.finished and self.last_exit == 0


def state(run: Path, key: str) -> State:
    """The state of one program; of an unknown key, the state of something that never was.

    Raises:
        SupervisionError: the key is malformed.
    """
    folder = folder_of(run, key)
    damage = ""
    try:
        wanted = load(folder)
    except SupervisionError as error:
        wanted, damage = None, error.what
    found = record.read(folder)
    if found is None:
        counts = record.read_restarts(folder)
        said = damage or record.read_failure(folder)
        return State(key, wanted, restarts=counts.restarts, last_exit=counts.last_exit, failed=said)
    return _of_record(folder, key, wanted, found)


def written(run: Path, key: str) -> tuple[int, ...]:
    """When each file about a program was last written: far cheaper than to read them."""
    return tuple(_stamp(folder_of(run, key) / name) for name in _FILES)


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def states(run: Path) -> dict[str, State]:
    """The states of all programs of a run folder, by key."""
    keys = sorted(f"{path.parent.name}/{path.name}" for path in run.glob("*/*/") if _is_one(path))
    return {key: state(run, key) for key in keys}


def memory(found: Mapping[str, State]) -> dict[str, int]:
    """Bytes of memory of every running program of `found`, its children included, by key."""
    leaders = _leaders(found)
    sizes = processes.memory(leaders.values())
    return {key: sizes[leader] for key, leader in leaders.items()}


def spent(found: Mapping[str, State]) -> dict[str, float]:
    """Seconds of processors that every running program has used, its children included, by key."""
    leaders = _leaders(found)
    seconds = processes.spent(leaders.values())
    return {key: seconds[leader] for key, leader in leaders.items()}


def _leaders(found: Mapping[str, State]) -> dict[str, Process]:
    return {key: each.process for key, each in found.items() if each.running and each.process}


def _is_one(folder: Path) -> bool:
    return (folder / "program.json").exists() or (folder / "process.json").exists()


def _of_record(folder: Path, key: str, wanted: Program | None, found: record.Record) -> State:
    running = processes.alive(found.process)
    counts, verdict = record.read_restarts(folder), record.read_verdict(folder)
    stale = wanted is not None and found.launched != wanted.launched()
    return State(
        key,
        wanted,
        running,
        found.process,
        found.started,
        healthy=verdict.healthy if running else None,
        health_says=verdict.last if running else "",
        restarts=counts.restarts,
        last_exit=found.exit if found.ended is not None else counts.last_exit,
        failed="" if stale else record.read_failure(folder),
        finished=found.ended is not None,
        stale=stale,
        labels=found.labels if stale or wanted is None else wanted.labels,
    )
