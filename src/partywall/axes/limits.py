"""Axis `limits`: whether an environment has a share of the machine that it can never exceed."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.site import Environment, Share, Site, own
from partywall.model.choices import LimitsBy
from partywall.model.world import AnyThing, Limit

FRACTION = 0.4
"""Outside production: 40 % of the cores and of the memory."""
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
    yield Limit(
        key=own(environment, "limit", "budget"),
        cpus=share.cores or round(site.machine.cores * (share.cpus_fraction or FRACTION), 2),
        memory_bytes=memory,
        pids=share.pids or PIDS,
        reserved_bytes=int(memory * _RESERVED),
        yields=not environment.production,
        io_weight=share.io or (0 if environment.production else IO_WEIGHT),
    )


OPTIONS = {LimitsBy.NONE: none, LimitsBy.BUDGET: budget}
