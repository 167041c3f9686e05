"""Wall `disk`: whether an environment can take the room that another one's data need.

Nothing is filled up. Production may take what it needs: only what others take from each other and
from production is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from partywall.interfaces import Stand
from partywall.proof.case import Case
from partywall.proof.inside.answer import DONE
from partywall.proof.mounting import mounted, points
from partywall.proof.planting import seen
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Target

_BESIDE = {False: "/tmp", True: "/"}  # noqa: S108  (looked at, never used)
"""Where a program writes that says nothing else: in a container its own layer."""
_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"))


class _Room(msgspec.Struct, frozen=True, kw_only=True):
    """The file system below a path, as an environment itself finds it."""

    path: str
    device: int
    size: int
    free: int
    planned: bool
    """Whether its description has it there."""
    beside: bool = False
    """Whether it is where programs write that say nothing else."""

    def shares(self, other: _Room) -> bool:
        """Whether both take from one disk; of a layer only the size tells which one it is in."""
        if self.beside or other.beside:
            return self.size == other.size
        return self.device == other.device


def across(case: Case) -> Iterable[Attempt]:
    """Compare the file systems of what an environment can write to with those of the other's."""
    if case.own.environment == case.premises.production:
        return
    mine = _rooms(case, case.own)
    theirs = [room for room in _rooms(case, case.other) if not room.beside]
    theirs = theirs or _rooms(case, case.other)
    common = [(room, other) for room in mine for other in theirs if room.shares(other)]
    tried = f"leave {case.other.environment} no room on its disk"
    usual = {room.device for room in mine if room.planned}
    sizes = {room.size for room in mine if room.beside}
    strange = [
        (room, other)
        for room, other in common
        if not room.planned and room.device not in usual and room.size not in sizes
    ]
    if strange:
        room, other = strange[0]
        words = f"{room.path} is in the disk of {other.path}, and nobody described it there"
        yield case.attempt(Verdict.CROSSED, tried, f"{words}: {_amounts(room)}")
        return
    unbounded = [(room, other) for room, other in common if room.size >= other.size]
    if unbounded:
        yield case.attempt(Verdict.SHARED, tried, _one_disk(unbounded))
        return
    room = min(mine, key=lambda one: one.size)
    words = f"bounded: {_amounts(room)} at {room.path}" if common else "its own are on other disks"
    yield case.attempt(Verdict.HELD, tried, f"{words} (at home: looked at {len(mine)} places)")


def _one_disk(common: list[tuple[_Room, _Room]]) -> str:
    named = sorted({room.path for room, _ in common if not room.beside})
    several = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    room = common[0][0]
    what = f"{several} and what is written beside them" if several else "what it writes"
    return f"not tried: {what} are on one disk with the other's data, {_amounts(room)}"


def _amounts(room: _Room) -> str:
    return f"{_amount(room.free)} free of {_amount(room.size)}"


def _amount(size: int) -> str:
    unit, name = next((one for one in _UNITS if size >= one[0]), _UNITS[-1])
    return f"{size / unit:.1f} {name}"


def _rooms(case: Case, where: Target) -> list[_Room]:
    """What an environment finds itself where it can write; that has to work for something."""

    def make() -> list[_Room]:
        found: dict[str, _Room] = {}
        odd = ""
        for stand in case.stands(where):
            places = dict(_places(case, where, stand))
            beside = _BESIDE[stand.folders is not None]
            ask = {"do": "disk.look", "paths": [*places, beside]}
            (answer,) = case.at(stand, where, ask)
            if answer.outcome != DONE:
                odd = f": {answer.says}"
            for room in answer.more.get("rooms", ()):
                planned = places.get(room["path"], True)
                own = room["path"] not in places
                found.setdefault(room["path"], _Room(**room, planned=planned, beside=own))
        if not found:
            raise CouldNotTry(f"{where.environment} cannot look at its own disk{odd}")
        return list(found.values())

    return case.run.once(f"disk/{where.environment}", make)


def _places(case: Case, where: Target, stand: Stand) -> Iterator[tuple[str, bool]]:
    """Where programs in a position can write, and whether their description says so."""
    if stand.folders is None:
        yield from ((path, True) for _, one, path in seen(case, where) if one == stand)
        return
    said = points(case, where.environment)
    for one in mounted(case, where):
        if one.writable and one.key == stand.name:
            yield one.point, (one.key, one.point) in said


PROBE = Probe(
    name="disk",
    shows="what one environment writes takes no room from the other's data",
    across=across,
)
