"""What an architecture took in one run, and beside `dual` of the same run; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

BASE = "dual"
"""What everything is compared with."""
_MIB = 1 << 20


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of an architecture in one round."""

    memory: dict[str, int]
    """Bytes at rest: environment, `shared` or `machine` → all that runs there."""
    data: int
    """Bytes of disk that volumes take."""
    files: int = 0
    """Bytes of disk that checkouts take."""
    running: int
    things: int
    """Steps of the plan that made it."""
    seconds: float
    """How long `up` took, with nothing there but the images."""
    walls: dict[str, int] = {}
    """Verdict of the proof → attempts."""
    switches: tuple[float, ...] = ()
    """Seconds during which neither environment answered, switch by switch."""
    by_hand: tuple[float, ...] = ()
    """Seconds that Compose alone took to stop the one and start the other."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an architecture; no seconds, they would speak of the machine."""

    memory_mib: dict[str, int]
    memory_ratio: float
    disk_mib: int
    files_mib: int
    disk_ratio: float
    running: int
    things: int
    up_ratio: float
    walls: dict[str, int]
    switch_ratio: float | None = None
    """A switch against stopping and starting by hand; None where nothing is switched."""

    @property
    def total_mib(self) -> int:
        """All memory together."""
        return sum(self.memory_mib.values())


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One run on one engine."""

    machine: dict[str, object]
    rounds: int
    busy_share: float
    """The most that others used of the cores just before or after an `up`."""
    architectures: dict[str, Figures]


def figures(seen: Mapping[str, Sequence[Cost]]) -> dict[str, Figures]:
    """What came of all rounds; `dual` is among them, with a cost for each round."""
    return {name: _figures(every, seen[BASE]) for name, every in seen.items()}


def _figures(every: Sequence[Cost], base: Sequence[Cost]) -> Figures:
    pairs = list(zip(every, base, strict=True))
    last = every[-1]
    return Figures(
        memory_mib={
            place: round(median(one.memory.get(place, 0) for one in every) / _MIB)
            for place in last.memory
        },
        memory_ratio=_ratio([_memory(one) / _memory(other) for one, other in pairs]),
        disk_mib=round(median(one.data + one.files for one in every) / _MIB),
        files_mib=round(median(one.files for one in every) / _MIB),
        disk_ratio=_ratio([_disk(one) / _disk(other) for one, other in pairs]),
        running=last.running,
        things=last.things,
        up_ratio=_ratio([one.seconds / other.seconds for one, other in pairs]),
        walls=last.walls,
        switch_ratio=_switch(every),
    )


def _memory(one: Cost) -> int:
    return sum(one.memory.values())


def _disk(one: Cost) -> int:
    return one.data + one.files


def _switch(every: Sequence[Cost]) -> float | None:
    ours = [seconds for one in every for seconds in one.switches]
    others = [seconds for one in every for seconds in one.by_hand]
    return _ratio([median(ours) / median(others)]) if ours and others else None


def _ratio(found: Sequence[float]) -> float:
    return round(median(found), 2)
