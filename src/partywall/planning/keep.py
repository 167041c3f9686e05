"""What `down` and `destroy` want: the world without an environment's services, or without it."""

from __future__ import annotations

from partywall.model.world import KEPT, AnyThing, World, environment_of
from partywall.planning.seeding import fills


def keep(observed: World, environment: str | None = None) -> World:
    """What `down` wants: of one environment, or of everything, only what holds data, as it is."""
    return observed.only(
        {
            key: entry
            for key, entry in observed.entries.items()
            if outlives(entry.thing)
            or (environment is not None and environment_of(key) != environment)
        }
    )


def destroy(observed: World, environment: str | None = None) -> World:
    """What `destroy` wants: nothing of one environment, or nothing at all."""
    return observed.only(
        {
            key: entry
            for key, entry in observed.entries.items()
            if environment is not None and environment_of(key) != environment
        }
    )


def outlives(thing: AnyThing) -> bool:
    """Data stay, and with them that they have been filled: nobody wants them filled twice."""
    return isinstance(thing, KEPT) or fills(thing)
