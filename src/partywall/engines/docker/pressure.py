"""What held a group of processes back: how long it waited for its turn, what was killed in it."""

from __future__ import annotations

import contextlib
import functools
import operator
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from partywall.engines.docker.understand import Inspected
from partywall.engines.docker.use import figures, group
from partywall.interfaces import Health

_Number = TypeVar("_Number", int, float)
_EVENTS = ("memory.events", "memory.oom_control")
"""Where kills for memory are counted, in cgroup v2 and v1."""
_TIMES = (("throttled_usec", 1e6), ("throttled_time", 1e9))
"""The name of the time spent waiting, in cgroup v2 and v1, and how many of it make a second."""


class Pressure(msgspec.Struct, frozen=True, kw_only=True):
    """Counted since the group was made; None where the kernel does not say."""

    throttled: int | None = None
    """Periods (of 0.1 s) in which it used up what it may have of the processors."""
    throttled_seconds: float | None = None
    oom_kills: int | None = None
    used_seconds: float | None = None
    """Processors' time."""


def understood(cpu: str | None, memory: str | None) -> Pressure:
    """What the kernel's files say; pure.

    Args:
        cpu: `cpu.stat`; cgroup-v1/cpu (sched-bwc) and cgroup-v2 of the kernel's documentation.
        memory: `memory.oom_control` or `memory.events`.
    """
    times, events = figures(cpu or ""), figures(memory or "")
    seconds = (times[name] / unit for name, unit in _TIMES if name in times)
    return Pressure(
        throttled=times.get("nr_throttled"),
        throttled_seconds=next(seconds, None),
        oom_kills=events.get("oom_kill"),
    )


def used(stat: str | None, usage: str | None) -> float | None:
    """Seconds of processors, from `cpu.stat` of version 2 or `cpuacct.usage` of version 1; pure."""
    microseconds = figures(stat or "").get("usage_usec")
    if microseconds is not None:
        return microseconds / 1e6
    text = (usage or "").strip()
    return int(text) / 1e9 if text.isdecimal() else None


def of_group(cpu: Path, memory: Path) -> Pressure:
    """The pressure in a group, from its folders of both controllers."""
    events = (_said(memory / name) for name in _EVENTS)
    return understood(_said(cpu / "cpu.stat"), next(filter(None, events), None))


def together(whole: Pressure, inside: Iterable[Pressure], *, kills: bool) -> Pressure:
    """A group with those inside it, each of which may be held back by bounds of its own; pure.

    Args:
        whole: as the group itself counts.
        inside: as they count.
        kills: whether the group leaves out what was killed inside, as version 1 does.
    """
    every = (whole, *inside)
    return Pressure(
        throttled=_sum(one.throttled for one in every),
        throttled_seconds=_sum(one.throttled_seconds for one in every),
        oom_kills=_sum(one.oom_kills for one in every) if kills else whole.oom_kills,
    )


def pressures(containers: Iterable[Inspected], root: Path = Path("/")) -> dict[str, Pressure]:
    """The pressure in each running container, by id; those that are of another kernel are left out.

    Args:
        containers: as inspected.
        root: where the kernel's files are.
    """
    found: dict[str, Pressure] = {}
    for one in containers:
        name, pid = one["Id"], one["State"].get("Pid")
        groups = _said(root / f"proc/{pid}/cgroup") or ""
        cpu, memory = (group(groups, name, each) for each in ("cpu", "memory"))
        if cpu is not None and memory is not None:
            inside = (root / folder.relative_to("/") for folder in (cpu, memory))
            stat = _said(root / (cpu / "cpu.stat").relative_to("/"))
            time = used(stat, _said(_counted(root, groups, name)))
            found[name] = msgspec.structs.replace(of_group(*inside), used_seconds=time)
    return found


def _counted(root: Path, groups: str, container: str) -> Path:
    """Where version 1 counts a container's processors' time; version 2 does so in `cpu.stat`."""
    folder = group(groups, container, "cpuacct") or Path("/nowhere")
    return root / (folder / "cpuacct.usage").relative_to("/")


def under(now: Health, pressure: Pressure) -> Health:
    """How a container is, with what held it back; pure."""
    return msgspec.structs.replace(
        now,
        throttled_seconds=pressure.throttled_seconds,
        oom_kills=pressure.oom_kills,
        cpu_seconds=pressure.used_seconds,
    )


def _sum(counted: Iterable[_Number | None]) -> _Number | None:
    """Of what is known; None where nothing is."""
    known = [one for one in counted if one is not None]
    return functools.reduce(operator.add, known) if known else None


def _said(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return path.read_text()
    return None
