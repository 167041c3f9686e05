"""Axis `limits`: whether an environment has a share of the machine that it can never exceed."""

from __future__ import annotations

import math
from collections.abc import Iterable

from partywall.axes.site import Environment, Share, Site, own
from partywall.model.choices import LimitsBy
from partywall.model.world import AnyThing, Limit

FRACTION = 0.4
"""Outside production: 40 % of the memory, and the whole cores nearest to 40 % of all."""
PIDS = 1024
IO_WEIGHT = 40
_RESERVED = 0.25


def none(_site: Site, _environment: Environment) -> Iterable[AnyThing]:
    """Every environment may take what it can get."""
    return ()


def budget(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A bound on the sum of an environment; production has one only when its settings say so."""
    share = environment.share or (None if environment.production else Share())
    if share is None:
        return
    memory = share.memory_bytes or int(
        site.machine.memory_bytes * (share.memory_fraction or FRACTION)
    )
    every = site.machine.cores
    cpus = share.cores or _cpus(every, share.cpus_fraction)
    yield Limit(
        key=own(environment, "limit", "budget"),
        cpus=cpus,
        cores=() if environment.production else _cores(every, cpus),
        memory_bytes=memory,
        pids=share.pids or PIDS,
        reserved_bytes=int(memory * _RESERVED),
        yields=not environment.production,
        io_weight=share.io or (0 if environment.production else IO_WEIGHT),
    )


def _cpus(every: int, fraction: float | None) -> float:
    """How many of the machine's cores: a fraction to the letter, else whole ones but for one.

    Whole cores need no count of the time that is used. Held back by such a count ten times a
    second, development makes production wait (decision 25).
    """
    if fraction is not None or every == 1:
        return round(every * (fraction or FRACTION), 2)
    return min(every - 1, max(1, round(every * FRACTION)))


def _cores(every: int, cpus: float) -> tuple[int, ...]:
    """As few as hold so much, the last ones: the first usually serves the machine's devices."""
    return tuple(range(max(0, every - math.ceil(cpus)), every))


OPTIONS = {LimitsBy.NONE: none, LimitsBy.BUDGET: budget}
