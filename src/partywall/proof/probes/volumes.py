"""Wall `volumes`: nothing that one environment has mounted is a part of what the other has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from partywall.interfaces import Mounted, Stand
from partywall.model.app import Role
from partywall.model.world import SHARED, Instance, Key, environment_of
from partywall.proof.case import Case
from partywall.proof.inside.answer import DENIED, DONE, REFUSED, Ask
from partywall.proof.logins import said
from partywall.proof.mounting import mounted, points
from partywall.proof.planting import seen, writable
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Target

_SERVERS = frozenset({Role.DATABASE, Role.CACHE, Role.BROKER})
_MOST = 8
"""Canaries in one environment; what is mounted is compared for all."""
_SHOWN = 3


class Canary(msgspec.Struct, frozen=True, kw_only=True):
    """A scratch file in something that an environment has mounted, for the other to look for."""

    place: str
    """What it is in."""
    path: str
    """Where it is on this machine."""
    mark: list[int]
    lies: Mounted | None = None
    """What it lies in; None where nothing is mounted."""


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """A folder in which a canary may be left."""

    name: str
    stand: Stand
    point: str
    root: str
    lies: Mounted | None = None


def across(case: Case) -> Iterable[Attempt]:
    """Compare what is mounted as the kernel has it; then look for the other's canaries."""
    mine, theirs = mounted(case, case.own), mounted(case, case.other)
    if not theirs:
        return
    yield from _compared(case, mine, theirs)
    if case.other.environment in case.premises.attached:
        return
    canaries = case.run.once(
        f"canaries/{case.other.environment}", lambda: list(_left(case, case.other))
    )
    hidden = [one for one in canaries if not _meant(case, mine, one.lies)]
    if hidden:
        yield _looked_for(case, hidden)


def _compared(case: Case, mine: Sequence[Mounted], theirs: Sequence[Mounted]) -> Iterable[Attempt]:
    pairs = [(one, other) for one in mine for other in theirs if one.meets(other)]
    holes = [_words(*pair) for pair in pairs if _reaches(case, *pair)]
    tried = f"have one of {case.other.environment}'s {len(theirs)} mounts among its {len(mine)}"
    if holes:
        more = f"; {len(holes) - _SHOWN} more" if len(holes) > _SHOWN else ""
        yield case.attempt(Verdict.CROSSED, tried, "; ".join(holes[:_SHOWN]) + more)
        return
    shown = _home(case, mine)
    both = len({one.root for one, other in pairs if not one.writable and not other.writable})
    words = f"none; {both} that both only read" if both else "none"
    yield case.attempt(Verdict.HELD, tried, f"{words} (at home: {shown})")
    meant = [one.point for one, other in pairs if other.writable and not one.writable]
    if meant:
        tried = f"read what {case.other.environment} writes in {', '.join(sorted(set(meant)))}"
        yield case.attempt(Verdict.SHARED, tried, "its settings mount it there, to be read alone")


def _reaches(case: Case, one: Mounted, other: Mounted) -> bool:
    """Whether it is a hole that own has this: two readers are never at odds (`planning/folders`).

    Where production alone writes, the others may read what the world wants them to.
    """
    if not one.writable and not other.writable:
        return False
    writers = {environment_of(each.key) for each in (one, other) if each.writable}
    reader = other if one.writable else one
    return writers != {case.premises.production} or not _to_be_read(case, reader)


def _meant(case: Case, mine: Sequence[Mounted], lies: Mounted | None) -> bool:
    """Whether own may read what somebody leaves there."""
    pairs = [(one, lies) for one in mine if lies is not None and one.meets(lies)]
    return bool(pairs) and not any(_reaches(case, *pair) for pair in pairs)


def _to_be_read(case: Case, one: Mounted) -> bool:
    """Whether the world itself wants a mount, for reading."""
    entry = case.premises.world.entries.get(one.key)
    thing = entry.thing if entry else None
    wanted = thing.mounts if isinstance(thing, Instance) else ()
    return not one.writable and any(
        mount.read_only and mount.target == one.point and _of_others(mount.kind, mount.source, one)
        for mount in wanted
    )


def _of_others(kind: str, source: str, one: Mounted) -> bool:
    """A folder of the machine, or the volume of another environment: never one's own volume."""
    return kind == "bind" or environment_of(source) != environment_of(one.key)


def _words(one: Mounted, other: Mounted) -> str:
    may = "may write" if one.writable else "may read"
    return f"{one.key} {may} {one.root} at {one.point}, which {other.key} has at {other.point}"


def _home(case: Case, mine: Sequence[Mounted]) -> str:
    """That it sees what it should have mounted: else nothing would be found of others either."""
    there = {(one.key, one.point) for one in mine}
    wanted = points(case, case.own.environment)
    if wanted and not wanted & there:
        raise CouldNotTry(f"none of the {len(wanted)} mounts of {case.own.environment} is found")
    return f"found {len(wanted & there)} of its {len(wanted)}"


def _left(case: Case, where: Target) -> Iterator[Canary]:
    """Canaries wherever something may be left, each found at home as others will look for it."""
    for number, place in enumerate(list(_places(case, where))[:_MOST]):
        ask: Ask = {"folder": place.point, "name": f".partywall-{case.run.nonce}-{number}"}
        uproot: Ask = {"do": "vault.uproot", **ask}
        case.run.later(
            lambda at=place.stand, ask=uproot: case.at(at, where, ask, grace=5.0)  # type: ignore[misc]
        )
        (planted,) = case.at(place.stand, where, {"do": "vault.plant", **ask, "text": "canary"})
        if planted.outcome != DONE:
            continue  # a file, or not for this program to write
        path, mark = f"{place.root}/{ask['name']}", planted.more["mark"]
        (home,) = case.at(place.stand, where, {"do": "vault.read", "path": path, "mark": mark})
        if home.outcome != DONE:
            raise CouldNotTry(
                f"{where.environment} does not find its own file in {place.name}: {said(home)}"
            )
        yield Canary(place=place.name, path=path, mark=mark, lies=place.lies)


def _places(case: Case, where: Target) -> Iterator[_Place]:
    """Folders that are its own by its description and no server's data, each once."""
    found = case.premises.reach.mounts(where.environment)
    if found is None:
        allowed = writable(case, where)
        for key, stand, path in seen(case, where):
            if key in allowed:
                yield _Place(name=key, stand=stand, point=path, root=path)
        return
    stands = {stand.name: stand for stand in case.stands(where)}
    planned = points(case, where.environment)
    taken = _servers_data(case)
    for one in found:
        own = one.writable and one.key in stands and (one.key, one.point) in planned
        if not own or any(map(one.meets, taken)):
            continue
        taken.append(one)
        name = f"{one.key}:{one.point}"
        stand = stands[one.key]
        yield _Place(name=name, stand=stand, point=one.point, root=one.root, lies=one)


def _servers_data(case: Case) -> list[Mounted]:
    """What belongs to servers of any environment: nothing is ever written there."""
    every = (case.premises.reach.mounts(name) for name in (*case.run.everybody, SHARED))
    return [one for found in every for one in found or () if _role(case, one.key) in _SERVERS]


def _role(case: Case, key: Key) -> Role | None:
    entry = case.premises.world.entries.get(key)
    return entry.thing.role if entry and isinstance(entry.thing, Instance) else None


def _looked_for(case: Case, canaries: Sequence[Canary]) -> Attempt:
    whose = case.other.environment
    tried = f"find {whose}'s {len(canaries)} canary files at any mount of its own"
    asks = [{"do": "vault.read", "path": one.path, "mark": one.mark} for one in canaries]
    answers = case.ask(case.own, *asks, on=case.other)
    pairs = list(zip(canaries, answers, strict=True))
    if found := [f"that in {one.place}: {got.says}" for one, got in pairs if got.outcome == DONE]:
        return case.attempt(Verdict.CROSSED, tried, "; ".join(found[:_SHOWN]))
    odd = next((got for got in answers if got.outcome not in (DENIED, REFUSED)), None)
    if odd is not None:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(odd))
    words = "; ".join(sorted({said(got) for got in answers}))
    return case.attempt(Verdict.HELD, tried, f"{words} (at home: found all of them)")


PROBE = Probe(
    name="volumes",
    shows="nothing that an environment has mounted is a part of what the other has",
    across=across,
)
