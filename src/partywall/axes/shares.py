"""Shares a budget out over the services of an environment; pure arithmetic, rounded down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from partywall.axes.needs import MIB, Need, need
from partywall.model.world import Instance, Job, Key, Limit, Portion, name_of

_LEAST_RESERVED = 6 * MIB
"""Engines take no smaller reservation."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of an amount."""

    least: int
    weight: int
    """Its part of what is left when all have their least."""
    most: int | None = None
    times: int = 1
    """How many there are who each get it."""


def divide(total: int, claims: Sequence[Claim], unit: int = 1) -> list[int]:
    """What each gets: its least, and a part by weight of what is left; together never more.

    Where the least of all is more than there is, each gets its least, and no more.

    Args:
        total: what there is.
        claims: who wants it.
        unit: what shares are rounded down to, above the least.
    """
    got = [one.least for one in claims]
    left = max(0, total - sum(one.least * one.times for one in claims))
    open_ = [place for place, one in enumerate(claims) if one.weight]
    while open_:
        weights = sum(claims[place].weight * claims[place].times for place in open_)
        full = [
            place
            for place in open_
            if (most := claims[place].most) is not None
            and most - claims[place].least <= left * claims[place].weight // weights
        ]
        for place in full or open_:
            one = claims[place]
            extra = (one.most or 0) - one.least if full else left * one.weight // weights
            got[place] = one.least + extra
        if not full:
            break
        left -= sum((got[place] - claims[place].least) * claims[place].times for place in full)
        open_ = [place for place in open_ if place not in full]
    return [max(one.least, size // unit * unit) for one, size in zip(claims, got, strict=True)]


def shared_out(
    limit: Limit, things: Iterable[Instance | Job], said: Mapping[str, int] = {}
) -> Limit:
    """The budget with a portion for each of an environment's instances and jobs.

    Args:
        limit: the budget.
        things: what lives on it.
        said: service → bytes that the settings say it customarily needs.
    """
    needs: dict[Key, Need] = {}
    for thing in things:
        instance = thing.instance if isinstance(thing, Job) else thing
        needs[thing.key] = need(instance, said.get(instance.service))
    every = [needs[key] for key in sorted(needs)]
    memory = divide(limit.memory_bytes, [_of_memory(one) for one in every], MIB)
    pids = divide(limit.pids, [_of_pids(one) for one in every])
    portions = tuple(
        Portion(
            key=key,
            memory_bytes=size,
            reserved_bytes=_reserved(limit, size),
            cpus=min(limit.cpus, one.most_cpus or limit.cpus),
            cores=limit.cores,
            weight=one.weight,
            pids=many,
            containers=one.containers,
            least_bytes=one.least_bytes,
            why=one.why,
        )
        for key, one, size, many in zip(sorted(needs), every, memory, pids, strict=True)
    )
    return msgspec.structs.replace(limit, portions=portions)


def overdrawn(limit: Limit) -> str:
    """Why a budget cannot hold what its services cannot do without; empty when it can."""
    parts = [(one, one.least_bytes * one.containers) for one in limit.portions]
    least = sum(size for _, size in parts)
    if least > limit.memory_bytes:
        each = " + ".join(f"{_called(one)} {_mib(size)}" for one, size in parts)
        return (
            f"{limit.key} is {_mib(limit.memory_bytes)} of memory, and its services cannot work "
            f"with less than {_mib(least)}: {each}"
        )
    pids = sum(one.pids * one.containers for one in limit.portions)
    if pids > limit.pids:
        each = " + ".join(f"{_called(one)} {one.pids * one.containers}" for one in limit.portions)
        return (
            f"{limit.key} is {limit.pids} processes, and its services cannot work with less than "
            f"{pids}: {each}"
        )
    return ""


def guaranteed(limit: Limit) -> dict[Key, float]:
    """Cores that each container has while all the others want theirs, rounded down to 0.01."""
    weights = sum(one.weight * one.containers for one in limit.portions)
    return {
        one.key: min(one.cpus, int(limit.cpus * 100 * one.weight / weights) / 100)
        for one in limit.portions
    }


def _of_memory(one: Need) -> Claim:
    return Claim(least=one.least_bytes, weight=one.bytes, most=one.most_bytes, times=one.containers)


def _of_pids(one: Need) -> Claim:
    return Claim(least=one.least_pids, weight=one.weight, most=one.most_pids, times=one.containers)


def _reserved(limit: Limit, size: int) -> int:
    """The same part of what is reserved as of the whole."""
    part = limit.reserved_bytes * size // max(1, limit.memory_bytes) // MIB * MIB
    return part if _LEAST_RESERVED <= part <= size else 0


def _called(one: Portion) -> str:
    times = f"{one.containers} of " if one.containers > 1 else ""
    return f"{times}{name_of(one.key)}"


def _mib(size: int) -> str:
    return f"{size / MIB:.0f} MiB"
