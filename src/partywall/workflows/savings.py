"""What shared servers save, beside a server for each environment that stands; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from partywall.model.world import SHARED, Instance, Key, Space, World, environment_of


def saved(observed: World, memory: Mapping[Key, int | None]) -> int:
    """Bytes that the same servers would take once more for each further environment.

    Args:
        observed: what there is; who does not stand would have no server of its own either.
        memory: server → what it takes; None where that is not known.
    """
    things = list(observed.things())
    standing = {environment_of(one.key) for one in things if isinstance(one, Instance)}
    users = Counter(
        one.server
        for one in things
        if isinstance(one, Space) and environment_of(one.key) in standing
    )
    return sum(
        (memory.get(server) or 0) * (number - 1)
        for server, number in users.items()
        if environment_of(server) == SHARED
    )
