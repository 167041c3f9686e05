"""What /proc says about processes: identity, families, memory, marks, and who holds a lock file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
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
    ticks: int = 0
    """Of processors, its own and those of its children that have ended."""


@cache
def boot() -> str:
    """The identity of this boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def parse_stat(text: str) -> Stat:
    """Understand a line of /proc/<pid>/stat (proc(5)); the name in it may hold any character."""
    fields = text[text.rindex(")") + 2 :].split()
    ticks = sum(map(int, fields[11:15]))
    return Stat(fields[0], int(fields[1]), int(fields[3]), int(fields[19]), ticks)


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


def family(leader: Process) -> list[Process]:
    """The living processes of the session `leader` began, and all descendants of these.

    Descendants, because children may begin sessions of their own, as PostgreSQL's do. The kernel
    does not reuse a number that still names a session, so a stranger under the leader's number
    means that nothing can be told from it any more.
    """
    return _family(leader, _all_facts())


def memory(leaders: Iterable[Process]) -> dict[Process, int]:
    """Bytes of memory of each leader's family, from one look at all processes.

    Proportional share (PSS), or resident size where the kernel hides that.
    """
    facts = _all_facts()
    return {
        leader: sum(_memory(member.pid) for member in _family(leader, facts)) for leader in leaders
    }


def spent(leaders: Iterable[Process]) -> dict[Process, float]:
    """Seconds of processors that each leader's family has used, from one look at all processes."""
    facts = _all_facts()
    return {
        leader: sum(facts[member.pid].ticks for member in _family(leader, facts)) / _TICKS
        for leader in leaders
    }


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


def _all_facts() -> dict[int, Stat]:
    return {pid: facts for pid in pids() if (facts := stat(pid))}


def _family(leader: Process, facts: Mapping[int, Stat]) -> list[Process]:
    own = facts.get(leader.pid)
    if leader.boot != boot() or (own and own.start != leader.start):
        return []
    fresh = {pid for pid, each in facts.items() if each.session == leader.pid}
    fresh |= {leader.pid} & facts.keys()
    found: set[int] = set()
    while fresh:
        found |= fresh
        fresh = {pid for pid, each in facts.items() if each.parent in fresh} - found
    return [
        Process(leader.boot, pid, facts[pid].start)
        for pid in sorted(found)
        if facts[pid].state not in _GONE and facts[pid].start >= leader.start
    ]


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
