"""The positions of an environment's containers: which see the same, and who is where; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence

import msgspec

from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.rights import Rights
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Contact, Stand
from partywall.model.world import Key, environment_of

_ALONE = frozenset({"", "private"})
_ID = 12
"""Characters of a container's id that make its host name and its alias."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A stand, and the container whose position it is."""

    stand: Stand
    container: str
    rights: Rights
    sees: frozenset[tuple[str, str, bool]] = frozenset()
    """What is mounted, where, and whether it may be written."""
    processes: str = ""
    """Whose processes it sees, when not its own alone."""
    own: tuple[str, ...] = ()
    """The options of a container that is nobody's neighbour; empty: it joins `container`."""

    def covers(self, other: Position) -> bool:
        """Whether whatever the other may see or do can be seen or done here, too."""
        if (self.stand.networks, self.rights, self.processes) != (
            other.stand.networks,
            other.rights,
            other.processes,
        ):
            return False
        written = {(source, target) for source, target, may in self.sees if may}
        return all(one in self.sees or (not one[2] and one[:2] in written) for one in other.sees)


def positions(
    environment: str,
    containers: Iterable[Inspected],
    rights: Callable[[str, int], Rights],
    key_of: Mapping[str, Key],
) -> list[Position]:
    """As few as see and may do what all of them together do; of equal ones the first by key.

    Args:
        environment: theirs.
        containers: those that run, by key.
        rights: of a container's process.
        key_of: the engine's names of volumes → their keys.
    """
    found: list[Position] = []
    for one in containers:
        name = _name(environment, one, {known.stand.name for known in found})
        new = _position(name, one, rights(one["Id"], int(one["State"]["Pid"])), key_of)
        if not any(known.covers(new) for known in found):
            found = [known for known in found if not new.covers(known)] + [new]
    return found


def _position(name: str, one: Inspected, rights: Rights, key_of: Mapping[str, Key]) -> Position:
    mounts = one.get("Mounts") or ()
    return Position(
        stand=_stand(name, one, key_of),
        container=one["Id"],
        rights=rights,
        sees=frozenset((m["Source"], m["Destination"], bool(m["RW"])) for m in mounts),
        processes=one["HostConfig"].get("PidMode") or "",
    )


def contacts(
    environment: str, mine: Sequence[Inspected], shared: Iterable[Inspected]
) -> list[Contact]:
    """Where an environment's containers are, and what others use too where it meets them."""
    near = frozenset(name for one in mine for name in one["NetworkSettings"].get("Networks") or {})
    meets = (contact(environment, one, near) for one in shared)
    own = [contact(environment, one) for one in mine]
    return [*own, *(one for one in meets if one.addresses)]


def contact(environment: str, inspected: Inspected, near: Container[str] | None = None) -> Contact:
    """What a container is called in its networks (`near`: in those), and where it is in them."""
    every = inspected["NetworkSettings"].get("Networks") or {}
    networks = [one for name, one in every.items() if near is None or name in near]
    names = [str(inspected["Name"]).lstrip("/"), inspected["Id"][:_ID]]
    for network in networks:
        names += network.get("Aliases") or ()
    exposed = inspected["Config"].get("ExposedPorts") or {}
    return Contact(
        key=_key(environment, inspected),
        names=tuple(dict.fromkeys(names)),
        addresses=tuple(
            network[field]
            for network in networks
            for field in ("IPAddress", "GlobalIPv6Address")
            if network.get(field)
        ),
        ports=tuple(
            sorted(int(port.partition("/")[0]) for port in exposed if port.endswith("/tcp"))
        ),
    )


def _key(environment: str, one: Inspected) -> Key:
    """Of what is attached Compose's own labels say what it is."""
    found = one["Config"]["Labels"]
    return found.get(KEY) or f"{environment}/{found.get(COMPOSE_SERVICE)}"


def _name(environment: str, one: Inspected, taken: Collection[str]) -> str:
    """The key; for a second container of a service its own name."""
    key = _key(environment, one)
    return f"{environment}/{str(one['Name']).lstrip('/')}" if key in taken else key


def _stand(name: str, one: Inspected, key_of: Mapping[str, Key]) -> Stand:
    mine = environment_of(name)
    return Stand(
        name=name,
        networks=_networks(one),
        folders={
            volume: mount["Destination"]
            for mount in one.get("Mounts") or ()
            if (volume := key_of.get(mount.get("Name") or "", ""))
            and (environment_of(volume) == mine or not mount.get("RW", True))
        },
        alone=(one["HostConfig"].get("PidMode") or "") in _ALONE,
    )


def _networks(one: Inspected) -> frozenset[str]:
    return frozenset(one["NetworkSettings"].get("Networks") or {one["HostConfig"]["NetworkMode"]})
