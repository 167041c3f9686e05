"""Finds two things that lay claim to the same address, data or name, before anything is done."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.model.errors import Refused
from partywall.model.world import (
    AnyThing,
    Checkout,
    Database,
    FileSpace,
    Instance,
    Key,
    KeySpace,
    Network,
    Route,
    TopicSpace,
    Volume,
    World,
    environment_of,
)
from partywall.planning import folders, host_ports
from partywall.planning.scope import inside, is_common

Claim = tuple[str, str]
"""What is claimed, in words, and exactly which one."""
NOWHERE = folders.Ground()


def check(desired: World, scope: str | None = None, ground: folders.Ground = NOWHERE) -> None:
    """Refuse a world in which two things claim the same.

    With a scope only claims of that environment count: one of two other environments at odds
    must not stop it.

    Raises:
        Refused: with both keys.
    """
    folders.check(desired, scope, ground)
    host_ports.check(desired, scope)
    holders: dict[Claim, dict[bool, Key]] = {}  # one inside the scope and one outside suffice
    for thing in desired.things():
        _check_foreign_volumes(thing, scope, desired)
        for claim in _claims(thing):
            others = holders.setdefault(claim, {})
            for other in others.values():
                _check_pair(claim, other, thing.key, scope)
            others.setdefault(environment_of(thing.key) == scope, thing.key)


def _check_pair(claim: Claim, one: Key, other: Key, scope: str | None) -> None:
    """Two claims on one thing: routes and networks may not even share within an environment."""
    what, which = claim
    apart = environment_of(one) != environment_of(other)
    if not apart and what not in _ALONE:
        return
    if scope is None or scope in {environment_of(one), environment_of(other)}:
        raise Refused(
            f"{one} and {other} both claim the {what} {which}",
            remedy=_ALONE.get(what, "give each environment its own"),
        )


_ALONE = {
    "address": "give one of them another domain, port or path",
    "network name": "give one of them another `name:`",
}
"""Claims that exclude each other even inside one environment → what to do."""


def _check_foreign_volumes(thing: AnyThing, scope: str | None, desired: World) -> None:
    """An instance never mounts another environment's volume, except to read what is there."""
    if not isinstance(thing, Instance) or not inside(thing.key, scope):
        return
    for mount in thing.mounts:
        if mount.kind == "volume" and not mount.read_only and _foreign(mount.source, thing.key):
            raise Refused(
                f"{thing.key} would write to {mount.source}, which belongs to another environment",
                remedy="give it a volume of its own, or mount it read-only",
            )
        if mount.kind == "volume" and _foreign(mount.source, thing.key):
            _check_there(thing, mount.source, desired)


def _check_there(thing: AnyThing, volume: Key, desired: World) -> None:
    if volume not in desired.entries:
        raise Refused(
            f"{thing.key} reads {volume}, which is not there",
            remedy=f"`partywall up {environment_of(volume)}` makes it",
        )


def _foreign(volume: Key, user: Key) -> bool:
    return (
        "/" in volume and not is_common(volume) and environment_of(volume) != environment_of(user)
    )


def _claims(thing: AnyThing) -> Iterator[Claim]:
    """What of a thing must not be claimed twice."""
    match thing:
        case Route():
            # Without a port of its own it is on the edge's, which is no part of the question.
            port = f":{thing.port}" if thing.port else ""
            yield "address", f"{thing.host}{port}{thing.path}"
        case Network():
            yield "network name", thing.name
        case FileSpace():
            yield "volume name", thing.name
            yield f"folder of {thing.volume} named", thing.folder
        case Volume():
            yield "volume name", thing.name
            if thing.options.get("device") and not thing.bound:
                yield "device", " ".join(f"{k}={v}" for k, v in sorted(thing.options.items()))
        case Checkout():
            yield "checkout folder", thing.folder
        case _:
            yield from _claims_on_server(thing)


def _claims_on_server(thing: AnyThing) -> Iterator[Claim]:
    """Parts of a shared server."""
    match thing:
        case Database():
            yield f"{thing.kind} on {thing.server} named", thing.schema or thing.name
            yield f"role on {thing.server} named", thing.owner
        case KeySpace():
            yield f"user of {thing.server} named", thing.user
            if thing.prefix:
                yield f"prefix on {thing.server}", thing.prefix
            if thing.number is not None:
                yield f"database of {thing.server} number", str(thing.number)
        case TopicSpace():
            yield f"user of {thing.server} named", thing.user
            yield f"prefix on {thing.server}", thing.prefix
        case _:
            pass
