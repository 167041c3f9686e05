"""What /proc says about processes: identity, sessions, memory, marks, and who holds a lock file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

MARK = "PARTYWALL_INSTANCE"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_GONE = "ZX"


class Process(NamedTuple):
    """A process that is never mistaken for another: start is in clock ticks since that boot."""

    boot: str
    pid: int
    start: int


class Stat(NamedTuple):
    """The fields of /proc/<pid>/stat that matter here."""

    state: str
    parent: int
    session: int
    start: int


@cache
def boot() -> str:
    """The identity of this boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def parse_stat(text: str) -> Stat:
    """Understand a line of /proc/<pid>/stat (proc(5)); the name in it may hold any character."""
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(fields[0], int(fields[1]), int(fields[3]), int(fields[19]))


def stat(pid: int) -> Stat | None:
    """The facts of a process, or None when there is none of that number."""
    try:
        return parse_stat(Path(f"/proc/{pid}/stat").read_text(errors="replace"))
    except (OSError, ValueError):
        return None


def identify(pid: int) -> Process | None:
    """The identity of a process, zombies included, or None when there is none."""
    facts = stat(pid)
    return Process(boot(), pid, facts.start) if facts else None


def alive(process: Process | None) -> bool:
    """Whether exactly this process still runs; a zombie does not."""
    if process is None or process.boot != boot():
        return False
    facts = stat(process.pid)
    return facts is not None and facts.start == process.start and facts.state not in _GONE


def seconds_up(process: Process) -> float:
    """How long ago a process of this boot was started."""
    now = float(Path("/proc/uptime").read_text().split()[0])
    return max(0.0, now - process.start / _TICKS)


def pids() -> Iterator[int]:
    """The numbers of all processes."""
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - speed


def session_members(leader: Process) -> list[Process]:
    """The living processes of the session that `leader` began, itself included.

    The kernel does not reuse a number that names a session, so a stranger under the leader's
    number means that the session has ended.
    """
    if leader.boot != boot():
        return []
    facts = stat(leader.pid)
    if facts and facts.start != leader.start:
        return []
    return [
        Process(leader.boot, pid, found.start)
        for pid in pids()
        if (found := stat(pid))
        and found.session == leader.pid
        and found.state not in _GONE
        and found.start >= leader.start
    ]


def memory(leader: Process) -> int:
    """Bytes of memory of a session: proportional share (PSS), or resident size where hidden."""
    return sum(_memory(member.pid) for member in session_members(leader))


def find_marked(project: str) -> list[tuple[str, Process]]:
    """Every living process that carries the project's mark, with the key it was started for."""
    return [(mark.partition(":")[2], found) for mark, found in _marked(f"{project}:")]


def find_mark(mark: str) -> list[Process]:
    """Every living process started with exactly this mark."""
    return [found for text, found in _marked(mark) if text == mark]


def holders(path: Path) -> list[Process]:
    """Every other living process that has this file locked for itself, the lock inherited or not.

    Only processes this account may look into are found.
    """
    try:
        wanted = path.stat()
    except OSError:
        return []
    key = (wanted.st_dev, wanted.st_ino)
    found = [identify(pid) for pid in pids() if pid != os.getpid() and _has_locked(pid, key)]
    return [process for process in found if process and alive(process)]


def _marked(prefix: str) -> Iterator[tuple[str, Process]]:
    needle = f"{MARK}={prefix}".encode()
    for pid in pids():
        try:
            words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        word = next((word for word in words if word.startswith(needle)), None)
        found = identify(pid) if word else None
        if word and found and alive(found):
            yield word.decode(errors="replace")[len(MARK) + 1 :], found


def _has_locked(pid: int, key: tuple[int, int]) -> bool:
    try:
        with os.scandir(f"/proc/{pid}/fd") as entries:
            return any(_is_file(entry, key) and _is_locked(pid, entry.name) for entry in entries)
    except OSError:
        return False


def _is_locked(pid: int, fd: str) -> bool:
    """Whether an exclusive flock belongs to a descriptor: a look by a shared one does not count."""
    return " WRITE " in Path(f"/proc/{pid}/fdinfo/{fd}").read_text()


def _is_file(entry: os.DirEntry[str], key: tuple[int, int]) -> bool:
    try:
        facts = entry.stat()
    except OSError:
        return False
    return (facts.st_dev, facts.st_ino) == key


def _memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0
