"""The supervisor: one process per project that makes what runs equal to what is wanted."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from . import durable, ending, processes, program, record, rotation
from .companion import Companion
from .failure import SupervisionError
from .loop import Loop
from .order import Order
from .processes import Process
from .program import Program
from .watch import Watch

_RESCAN_SECONDS = 5.0
_LOG_BYTES = 1_000_000


def serve(run: str, lock: int = -1) -> None:
    """Be the project's supervisor until told to stop; return at once when there is one already.

    Args:
        run: the project's run folder.
        lock: a descriptor that holds the supervisor's lock already, from the guardian.
    """
    if lock < 0:
        if os.fork():  # whoever started this need not wait for it, nor find it as a zombie
            return
        lock = _take_lock(run)
    if lock >= 0 and not Path(run, "stopped").exists():
        os.umask(0o077)
        os.set_inheritable(lock, False)
        Supervisor(Path(run), lock).run()


class Supervisor:
    """The loop over all programs of a run folder."""

    def __init__(self, run: Path, lock: int) -> None:
        self._run = run
        self._lock = lock
        self._loop = Loop()
        self._order = Order()
        self._companion = Companion(run, self._loop)
        self._watches: dict[str, Watch] = {}
        self._next: dict[str, float] = {}
        self._seen: dict[str, int] = {}
        self._stop = self._look = False

    def run(self) -> None:
        """Watch until told to stop by SIGTERM; SIGHUP means look again now."""
        self._listen()
        self._record()
        rescan_at, next_at = 0.0, 0.0
        while not self._stop and self._is_home():
            now = time.monotonic()
            if self._look or now >= rescan_at:
                self._rescan(again=self._look)
                rescan_at = now + _RESCAN_SECONDS
            next_at = min(rescan_at, self._companion.tick(now), self._tick(now))
            # A callback below wakes its watch, which is then ticked in the next round.
            for callback in self._loop.wait(next_at - time.monotonic()):
                _guarded(callback)
        if self._stop:
            self._leave()
        else:
            self._end_programs()

    def _leave(self) -> None:
        """End in order, the programs staying: the mark tells the guardian to end as well."""
        (self._run / "stopped").touch(mode=0o600)
        record.erase(self._run, "supervisor.json")

    def _listen(self) -> None:
        reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGHUP, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._loop.watch(reading, lambda: _drain(reading))

    def _on_signal(self, number: int, _: object) -> None:
        if number == signal.SIGTERM:
            self._stop = True
        else:
            self._look = True

    def _record(self) -> None:
        process = processes.identify(os.getpid())
        if process:
            value = {"process": process._asdict(), "format": record.FORMAT, "started": time.time()}
            durable.write_json(self._run / "supervisor.json", value)

    def _is_home(self) -> bool:
        """Whether the run folder still is the one whose lock this process holds."""
        try:
            return os.path.samestat((self._run / "supervisor.lock").stat(), os.fstat(self._lock))
        except OSError:
            return False

    def _rescan(self, *, again: bool) -> None:
        self._look = False
        rotation.rotate(self._run / "supervisor.log", _LOG_BYTES, 1)
        for folder in sorted(self._run.glob("*/*/")):
            _guarded(partial(self._consider, folder, again=again))
        for key in [key for key, watch in self._watches.items() if self._is_over(key, watch)]:
            for known in (self._watches, self._next, self._seen):
                known.pop(key)

    def _is_over(self, key: str, watch: Watch) -> bool:
        return watch.is_idle and not (self._run / key / "program.json").exists()

    def _consider(self, folder: Path, *, again: bool) -> None:
        key = f"{folder.parent.name}/{folder.name}"
        try:
            changed = (folder / "program.json").stat().st_mtime_ns
        except FileNotFoundError:
            changed = 0
        if self._seen.get(key) == changed and not again:
            return
        self._seen[key] = changed
        wish = program.load(folder) if changed else self._wish_of_lost(folder, key)
        if wish is None:
            return
        self._next[key] = 0.0
        if key in self._watches:
            self._watches[key].renew(wish)
        else:
            durable.sweep(folder)
            self._watches[key] = Watch(folder, wish, self._loop)

    def _wish_of_lost(self, folder: Path, key: str) -> Program | None:
        """The wish for a program whose description was removed: that it ends."""
        if key in self._watches:
            return self._watches[key].program._replace(wanted=False)
        found = record.read(folder)
        if found is None:
            return None
        project = str(found.launched.get("project", ""))
        return Program(key, project, command=("?",), wanted=False)

    def _tick(self, now: float) -> float:
        for key, watch in self._watches.items():
            if now >= self._next[key] or watch.is_woken:
                self._next[key] = now + 1.0  # kept when the tick fails, so a fault cannot spin
                _guarded(partial(self._tick_one, key, watch, now))
        return min(self._next.values(), default=now + 3600)

    def _tick_one(self, key: str, watch: Watch, now: float) -> None:
        may_start = not watch.wants_start(now) or self._order.may_start(
            key, (name for name in watch.program.after if self._holds_back(name)), now
        )
        self._next[key] = watch.tick(now, may_start=may_start)

    def _holds_back(self, key: str) -> bool:
        return key in self._watches and not self._watches[key].is_settled

    def _end_programs(self) -> None:
        """The run folder was removed: nothing could ever find these programs again."""
        _say(f"{self._run} is gone; ending its programs")
        found = [watch for watch in self._watches.values() if watch.process]
        families = [processes.family(watch.process) for watch in found if watch.process]
        for watch in found:
            watch.ask_to_stop(time.monotonic())
        for watch, family in zip(found, families, strict=True):
            _end_family(family, watch.program.stop_grace_seconds)


def _end_family(family: list[Process], grace_seconds: float) -> None:
    """Wait for processes that were asked to end, until the grace is over; then kill them.

    Not by their marks: a new run folder may have programs with the same ones by now.
    """
    deadline = time.monotonic() + grace_seconds
    while left := [process for process in family if processes.alive(process)]:
        if time.monotonic() >= deadline:
            ending.send_all(left, signal.SIGKILL)
        time.sleep(0.05)


def _guarded(act: Callable[[], object]) -> None:
    """A fault around one program must not reach the others."""
    try:
        act()
    except SupervisionError as error:
        _say(error.what)
    except Exception:  # whatever it is, the other programs come first
        import traceback  # noqa: PLC0415 - rarely needed, and not small

        _say(traceback.format_exc())


def _take_lock(run: str) -> int:
    """Hold the supervisor's lock, or -1 when another process does."""
    lock = os.open(f"{run}/supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return -1
    return lock


def _drain(pipe: int) -> None:
    try:
        os.read(pipe, 4096)
    except BlockingIOError:
        return


def _say(text: str) -> None:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    os.write(2, f"{moment}Z {text.rstrip()}\n".encode())
