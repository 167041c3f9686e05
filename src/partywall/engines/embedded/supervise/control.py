"""What the engine calls: supervise a run folder, want programs there, and wait for them."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import companion, durable, ending, processes, record
from .failure import SupervisionError
from .processes import Process
from .program import Program, checked, folder_of, load, save
from .state import State, memory, spent, state, states, written

__all__ = [
    "SupervisionError", "ensure", "forget", "inside", "memory", "poke", "ready", "restart",
    "spent", "state", "states", "stop", "supervisor", "unwant", "want", "watched",
    "written",
]  # fmt: skip

_POLL_SECONDS = 0.01
_SPAWN_AGAIN_SECONDS = 2.0
_starting = threading.Lock()


def supervisor(run: Path) -> Process | None:
    """The living supervisor of a run folder, or None."""
    value = durable.read_json(run / "supervisor.json")
    try:
        found = Process(**value["process"]) if value else None
    except (KeyError, TypeError):
        return None
    return found if processes.alive(found) else None


def watched(run: Path) -> bool:
    """Whether a supervisor lives, or a guardian that is about to be one."""
    return supervisor(run) is not None or companion.recorded(run) is not None


def ensure(run: Path, timeout: float = 15.0) -> Process:
    """The supervisor, started if none is alive (detached; it outlives the caller).

    One that was started by another version with other files is replaced; programs stay.

    Raises:
        SupervisionError: it is not there within `timeout` seconds.
    """
    with _starting:  # threads that all find none would each start one, and all but one in vain
        return _ensured(run, timeout)


def _ensured(run: Path, timeout: float) -> Process:
    found = supervisor(run)
    if found and _format(run) == record.FORMAT:
        return found
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    if found:
        stop(run, timeout=timeout)
    record.erase(run, "stopped")
    _await(_Starter(run).is_there, timeout, f"the supervisor of {run} did not start", run)
    return _ensured(run, timeout)


def poke(run: Path) -> None:
    """Let the supervisor look again now and forget its waits after crashes."""
    found = supervisor(run)
    if found:
        ending.send(found, signal.SIGHUP)


def want(run: Path, program: Program, timeout: float = 15.0) -> Program:
    """Describe a program that should run; return it as written.

    A running copy with another description is replaced, one with the same is left alone; a job
    or program that is over runs again.
    """
    folder = folder_of(run, checked(program).key)
    found = record.read(folder)
    described = durable.read_json(folder / "program.json") or {}
    latest = max(_round(described), _round(found.launched if found else {}))
    written = program._replace(round=latest + int(bool(found and found.ended is not None)))
    _submit(run, written, timeout)
    return written


def restart(run: Path, key: str, timeout: float = 15.0) -> Program:
    """Replace the running copy of a program by a new one; return it as written.

    Raises:
        SupervisionError: nothing of that key is described.
    """
    program = _described(run, key)
    written = program._replace(wanted=True, round=program.round + 1)
    _submit(run, written, timeout)
    return written


def unwant(run: Path, key: str, timeout: float | None = None) -> None:
    """Stop a program and wait until nothing of it is left.

    Args:
        run: the run folder.
        key: such as `dev/web`; an unknown one is gone already.
        timeout: seconds; the program's grace and 15 more when None.

    Raises:
        SupervisionError: something of it is still there after `timeout`.
    """
    folder = folder_of(run, key)
    program = load(folder) if folder.exists() else None
    if program is None:
        return
    limit = program.stop_grace_seconds + 15 if timeout is None else timeout
    _submit(run, program._replace(wanted=False), 15.0)
    _await(lambda: _is_gone(folder), limit, f"{key} did not stop", run)


def forget(run: Path, key: str, timeout: float | None = None) -> None:
    """Stop a program and remove its description and everything recorded about it."""
    unwant(run, key, timeout)
    shutil.rmtree(folder_of(run, key), ignore_errors=True)
    poke(run)


def ready(run: Path, key: str, timeout: float) -> State:
    """Wait until a program is well (or runs, when it is not asked), or a job is over.

    Raises:
        SupervisionError: it cannot be started, or is not well within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        now = state(run, key)
        if (now.finished and not now.stale) or _is_well(now):
            return now
        if now.failed and not now.running:
            raise SupervisionError(f"{key} could not be started: {now.failed}")
        if time.monotonic() >= deadline:
            says = now.health_says or f"restarts {now.restarts}, last exit {now.last_exit}"
            raise SupervisionError(f"{key} is not well after {timeout:g} s: {says}", _see(now))
        time.sleep(_POLL_SECONDS)


def stop(run: Path, *, all: bool = False, timeout: float = 60.0) -> None:  # noqa: A002
    """End supervisor and guardian; with `all`, the programs too (they stay wanted).

    Raises:
        SupervisionError: something still lives after `timeout` seconds.
    """
    if not run.exists():
        return
    (run / "stopped").touch(mode=0o600)
    deadline = time.monotonic() + timeout
    _await(lambda: _is_unsupervised(run), timeout, f"the supervisor of {run} did not end", run)
    record.erase(run, "guardian.json", "supervisor.json")
    if all:
        from .teardown import end_all  # noqa: PLC0415 - only this rare case needs it

        end_all(run, deadline)


def inside(run: Path, key: str, command: Sequence[str], keep: Sequence[str] = ()) -> list[str]:
    """The argument list that runs `command` as, and where, a program runs.

    Args:
        run: the run folder.
        key: whose account, view, environment (secrets included) and folder to use.
        command: what to run; standard input and output are the caller's.
        keep: names of variables taken over from whoever runs the list, such as TERM or PS1.
    """
    folder = str(folder_of(run, key).absolute())
    return [*_script(), "inside", folder, *keep, "--", *command]


class _Starter:
    """Starts a supervisor, again if need be, until one has recorded itself."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._again_at = 0.0

    def is_there(self) -> bool:
        if supervisor(self._run):
            return True
        if time.monotonic() >= self._again_at:
            self._again_at = time.monotonic() + _SPAWN_AGAIN_SECONDS
            _spawn(self._run)
        return False


def _spawn(run: Path) -> None:
    import subprocess  # noqa: PLC0415 - slow, and only needed when there is no supervisor

    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    log = os.open(run / "supervisor.log", flags, 0o600)
    try:
        subprocess.run(
            [*_script(), "supervisor", str(run.absolute())],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=False,
            timeout=10,
        )
    finally:
        os.close(log)


def _script() -> list[str]:
    # The interpreter itself, not a virtual environment's link to it, which may be removed.
    python = os.path.realpath(sys.executable)
    start = str(Path(__file__).absolute().with_name("start.py"))
    return [python, "-I", "-S", "-X", "utf8", start]


def _submit(run: Path, program: Program, timeout: float) -> None:
    record.erase(folder_of(run, program.key), "failed")  # it spoke of an earlier wish
    save(run, program)
    ensure(run, timeout)
    poke(run)


def _round(value: Mapping[str, Any]) -> int:
    """The round in a description; a damaged one was the first."""
    said = value.get("round")
    return said if isinstance(said, int) else 0


def _described(run: Path, key: str) -> Program:
    program = load(folder_of(run, key))
    if program is None:
        raise SupervisionError(f"no program {key} is described in {run}")
    return program


def _format(run: Path) -> int:
    return int((durable.read_json(run / "supervisor.json") or {}).get("format", 0))


def _is_gone(folder: Path) -> bool:
    # A starter takes the lock before it looks whether the program is wanted, so once the record
    # is gone and the lock is free, no copy can come any more.
    return not (folder / "process.json").exists() and ending.is_free(folder / "lock")


def _is_well(now: State) -> bool:
    if not now.running or now.stale or now.program is None or now.program.once:
        return False
    if now.program.health:
        return now.healthy is True
    return now.started is not None and time.time() - now.started >= 0.1


def _is_unsupervised(run: Path) -> bool:
    found = supervisor(run)
    if found:
        ending.send(found, signal.SIGTERM)
    return ending.is_free(run / "supervisor.lock") and ending.is_free(run / "guardian.lock")


def _await(is_done: Callable[[], bool], timeout: float, otherwise: str, run: Path) -> None:
    deadline = time.monotonic() + timeout
    while not is_done():
        if time.monotonic() >= deadline:
            raise SupervisionError(
                f"{otherwise} within {timeout:g} s", f"look into {run / 'supervisor.log'}"
            )
        time.sleep(_POLL_SECONDS)


def _see(now: State) -> str:
    return f"look into {now.program.log}" if now.program else ""
