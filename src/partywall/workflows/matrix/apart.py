"""Whether a scratch copy would touch anything of the installation that it is a copy of; pure."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from partywall.model.world import AnyThing, Instance, Job, Network, Volume, World
from partywall.planning.folders import uses
from partywall.planning.uses import is_edge

Resolved = Callable[[str], str]
"""A path of the host, seen from the scratch copy's folder → where it really leads."""
_OF_THE_HOST = {"network_mode": "network", "pid": "processes", "ipc": "memory", "uts": "name"}
"""What of a definition lets a container have something of the host itself."""


def meetings(
    scratch: World, theirs: Iterable[World], root: str, resolved: Resolved
) -> Iterator[str]:
    """Everything that the copy and the installation would both have, a sentence each.

    Args:
        scratch: what the copy is to be.
        theirs: what the installation is, and is to be.
        root: the folder of all of the copy: writing there is the copy's own.
        resolved: follows links.
    """
    every = [thing for world in theirs for thing in world.things()]
    yield from _names(scratch, every)
    yield from _ports(scratch, every)
    yield from _folders(scratch, root, resolved)
    for thing in map(_instance, scratch.things()):
        if thing is not None:
            yield from _of_the_host(thing)


def _names(scratch: World, theirs: Iterable[AnyThing]) -> Iterator[str]:
    """Of volumes and networks; what was there before is nobody's copy."""
    known = {(type(one), one.name) for one in theirs if isinstance(one, Volume | Network)}
    devices = {_device(one) for one in theirs if isinstance(one, Volume)} - {None}
    for thing in scratch.things():
        if not isinstance(thing, Volume | Network):
            continue
        kind = "volume" if isinstance(thing, Volume) else "network"
        if thing.external:
            yield f"{thing.key} is the {kind} {thing.name} that was there before"
        elif (type(thing), thing.name) in known:
            yield f"{thing.key} would be called {thing.name}, and the installation's {kind} is"
        elif isinstance(thing, Volume) and _device(thing) in devices:
            yield f"{thing.key} would be at {thing.options['device']}, as the installation's is"


def _device(volume: Volume) -> tuple[tuple[str, str], ...] | None:
    return tuple(sorted(volume.options.items())) if volume.options.get("device") else None


def _ports(scratch: World, theirs: Iterable[AnyThing]) -> Iterator[str]:
    taken = {port for thing in theirs for port in _taken(thing)}
    for thing in scratch.things():
        for port in sorted(_taken(thing) & taken):
            yield f"{thing.key} would have port {port} of the host, which the installation has"


def _taken(thing: AnyThing) -> set[str]:
    one = _instance(thing)
    if one is None:
        return set()
    edge = {str(port) for port in one.ports} if is_edge(one) else set()
    return edge | {port.published for port in one.published if port.published}


def _folders(scratch: World, root: str, resolved: Resolved) -> Iterator[str]:
    for use in uses(scratch):
        where = resolved(use.path)
        if use.writes and where != root and not where.startswith(posixpath.join(root, "")):
            yield f"{use.key} would write into {where}, a folder of the host"


def _of_the_host(one: Instance) -> Iterator[str]:
    for line, what in _OF_THE_HOST.items():
        if str(one.definition.get(line) or "") == "host":
            yield f"{one.key} would have the host's own {what} (`{line}: host`)"
    if one.definition.get("privileged"):
        yield f"{one.key} would have all rights on the host (`privileged`)"


def _instance(thing: AnyThing) -> Instance | None:
    one = thing.instance if isinstance(thing, Job) else thing
    return one if isinstance(one, Instance) else None
