"""A world without what an engine does not make; nothing waits for what nobody makes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from partywall.model.world import AnyThing, Job, World


def without(unmade: Collection[AnyThing], whole: World) -> Iterator[AnyThing]:
    """The rest, which does not need what is left out: a limit on paper restarts nothing."""
    gone = {thing.key for thing in unmade}

    def without(thing: AnyThing) -> AnyThing:
        needs = tuple(need for need in thing.needs if need.key not in gone)
        return msgspec.structs.replace(thing, needs=needs)

    for thing in whole.things():
        if thing.key in gone:
            continue
        rest = without(thing)
        if isinstance(rest, Job):
            instance = without(rest.instance)
            rest = msgspec.structs.replace(rest, instance=instance)
        yield rest
