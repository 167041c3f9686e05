"""Finds two things that want one port of the host, before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from partywall.model.errors import Refused
from partywall.model.world import AnyThing, Instance, Job, Key, World, environment_of
from partywall.planning.uses import is_edge

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  (compared, not used)


class Want(NamedTuple):
    """One thing's wish for a port of the host."""

    key: Key
    address: str
    port: str
    """As it is published: a number; a range means any one of it, and is nobody's claim."""
    protocol: str


def check(world: World, scope: str | None = None) -> None:
    """Refuse a world in which two things listen on one port of the host, where addresses overlap.

    Raises:
        Refused: with both keys.
    """
    found: dict[tuple[str, str], list[Want]] = {}
    for want in (want for thing in world.things() for want in _wants(thing)):
        others = found.setdefault((want.port, want.protocol), [])
        for other in others:
            if _meet(want, other) and _counts(want, other, scope):
                raise _refusal(want, other)
        others.append(want)


def _wants(thing: AnyThing) -> Iterator[Want]:
    instance = thing.instance if isinstance(thing, Job) else thing
    if not isinstance(instance, Instance):
        return
    if is_edge(instance):
        used = instance.ports[:1] if instance.settings.get("tls") == "off" else instance.ports
        yield from (
            Want(thing.key, instance.settings.get("bind", ""), str(port), "tcp") for port in used
        )
    for port in instance.published:
        if port.published.isdecimal():
            yield Want(thing.key, port.host, port.published, port.protocol)


def _meet(one: Want, other: Want) -> bool:
    return one.address == other.address or bool(_EVERYWHERE & {one.address, other.address})


def _counts(one: Want, other: Want, scope: str | None) -> bool:
    return scope is None or scope in {environment_of(one.key), environment_of(other.key)}


def _refusal(one: Want, other: Want) -> Refused:
    first, second = sorted((one, other))
    remedy = "publish one of them on another port or address in the Compose file"
    if "machine/edge" in {one.key, other.key}:
        remedy = "choose other ports for the edge, `edge: {http: …, https: …}` in partywall.yaml"
    return Refused(
        f"{first.key} and {second.key} both claim the host port {one.port}/{one.protocol}",
        remedy=remedy,
    )
