"""How a budget of the reference app is shared out, as a text."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.axes.shares import guaranteed
from partywall.axes.world import desired
from partywall.model.world import Instance, Limit, World

from . import plans

FILE = plans.HERE / "portions.txt"


def world() -> World:
    """The reference app on a budget, on an engine that takes definitions."""
    site = plans.site("dual", "limits")
    every = (msgspec.structs.replace(one, definitions=True) for one in site.environments)
    return desired(msgspec.structs.replace(site, environments=tuple(every)))


def text() -> str:
    """Each portion, and what a server is told of it."""
    return "\n".join(_lines(world())) + "\n"


def _lines(whole: World) -> Iterable[str]:
    limits = [thing for thing in whole.things() if isinstance(thing, Limit)]
    for limit in limits:
        cores = guaranteed(limit)
        yield f"{limit.key}: {limit.memory_bytes >> 20} MiB, {limit.cpus} cores, {limit.pids} pids"
        for one in limit.portions:
            yield (
                f"{one.key}: {one.memory_bytes >> 20} MiB, {one.reserved_bytes >> 20} reserved, "
                f"{cores[one.key]:.2f} to {one.cpus} cores, {one.pids} pids: {one.why}"
            )
        yield (
            f"sum: {sum(one.memory_bytes for one in limit.portions) >> 20} MiB, "
            f"{sum(one.reserved_bytes for one in limit.portions) >> 20} reserved, "
            f"{sum(cores.values()):.2f} cores, {sum(one.pids for one in limit.portions)} pids"
        )
    for thing in whole.things():
        if isinstance(thing, Instance) and thing.key.startswith("dev/") and thing.settings:
            yield f"{thing.key}: {' '.join(f'{k}={v}' for k, v in thing.settings.items())}"
