"""The app as advice sees it: what its services take, and which axes mean anything to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from partywall.axes.needs import kind, need
from partywall.axes.sharing import KINDS
from partywall.axes.site import Environment, Site, called
from partywall.model.app import Role
from partywall.model.choices import Choices, LimitsBy, Presence, RouteBy, Source
from partywall.model.world import SHARED, Instance, Key, World, environment_of

MIB = 1 << 20
GROWTH = 1.5
"""What a program takes at work, as a multiple of what it takes at rest; where nothing was said."""
MEASURED_GROWTH = 1.25
"""The same where it was measured at work already."""

_IMAGES: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("postgres", "postgis", "pgvector", "timescaledb"), 40, "measured with few rows"),
    (("mariadb",), 110, "customary"),
    (("mysql", "percona"), 400, "customary"),
    (("mongo",), 180, "customary"),
    (("elasticsearch", "opensearch", "solr", "cassandra", "neo4j"), 1200, "customary"),
    (("rabbitmq",), 130, "customary"),
    (("redis", "valkey", "keydb"), 4, "measured empty"),
    (("mosquitto", "eclipse-mosquitto"), 2, "measured without messages"),
    (("nginx", "httpd", "caddy", "traefik"), 12, "customary"),
)
"""Beginnings of an image's name → MiB at rest, and where the figure comes from."""
_ROLES = {
    Role.DATABASE: 60,
    Role.CACHE: 4,
    Role.BROKER: 3,
    Role.FILES: 20,
    Role.EDGE: 11,
    Role.FLAGS: 15,
    Role.WEB: 19,
    Role.APP: 35,
    Role.WORKER: 28,
    Role.JOB: 40,
}
"""MiB at rest, measured on the example's small Python programs."""
_STAND_INS = {Role.DATABASE: 32, Role.CACHE: 3, Role.BROKER: 18, Role.EDGE: 22, Role.FLAGS: 25}
"""MiB at rest of the embedded engine's servers."""
_JVM = 350
_PARTS = {Role.DATABASE: 16, Role.CACHE: 1, Role.BROKER: 1}
"""MiB that a further environment adds to a server that it shares: connections, users."""
_STAND_IN_PARTS = {Role.DATABASE: 6, Role.CACHE: 1, Role.BROKER: 1}


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """What one instance takes, in bytes."""

    bytes: int
    """At rest."""
    working_bytes: int
    """At work: what there has to be room for."""
    source: str
    """`measured`, `said` or `guessed`."""
    why: str


class AppFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about the app beside its Compose file."""

    measured: Mapping[Key, int] = {}
    """Instance → bytes that it takes now; of what stands."""
    knows_prefix: frozenset[Role] = frozenset()
    """Roles whose prefix its Compose file hands on to the app."""
    names_public: int = 0
    """Lines of its SQL that say `public.`."""


def amount(instance: Instance, site: Site, facts: AppFacts, *, users: int) -> Amount:
    """What an instance takes, by the best that is known of it.

    Args:
        instance: as it will stand.
        site: where it stands.
        facts: what was found out.
        users: the environments that use it; one, unless it is shared.
    """
    containers = any(one.definitions for one in site.environments)
    part = (_PARTS if containers else _STAND_IN_PARTS).get(instance.role, 0) * MIB
    further = part * (users - 1)
    if (found := _measured(instance, site, facts, part)) is not None:
        size, why = found
        total = max(0, size + further)
        return Amount(
            bytes=total, working_bytes=int(total * MEASURED_GROWTH), source="measured", why=why
        )
    guess, why = _guessed(instance, containers=containers)
    said, most = _said(instance, site)
    total = guess * MIB + further + _tuned(instance)
    if said is not None:
        return Amount(
            bytes=min(total, said + further),
            working_bytes=said + further,
            source="said",
            why=f"{said // MIB} MiB are said to be its need; at rest {why}",
        )
    working = int(total * GROWTH)
    return Amount(
        bytes=total if most is None else min(total, most),
        working_bytes=working if most is None else min(working, most),
        source="guessed",
        why=why,
    )


def of_flags(*, containers: bool) -> Amount:
    """What the service takes that answers for an environment's flags."""
    known = _ROLES if containers else _STAND_INS
    total = known[Role.FLAGS] * MIB
    return Amount(
        bytes=total,
        working_bytes=int(total * MEASURED_GROWTH),
        source="guessed",
        why="measured of the service that answers for flags",
    )


def _measured(instance: Instance, site: Site, facts: AppFacts, part: int) -> tuple[int, str] | None:
    """What it would take for one environment, from the instance that is most like it."""
    production = next((one.name for one in site.environments if one.production), "")
    home = environment_of(instance.key)
    for name in dict.fromkeys((home, production, *(one.name for one in site.environments))):
        if (size := facts.measured.get(f"{name}/{instance.service}")) and name != SHARED:
            return size, f"measured in {name}"
    if size := facts.measured.get(f"{SHARED}/{instance.service}"):
        return size - part * (len(site.environments) - 1), "measured where all share it"
    return None


def _guessed(instance: Instance, *, containers: bool) -> tuple[int, str]:
    if not containers and instance.role in _STAND_INS:
        return _STAND_INS[instance.role], "measured on the embedded engine's server"
    if instance.role is not Role.JOB:
        image = called(instance.image)
        for names, size, why in _IMAGES:
            if image.startswith(names):
                return size, f"{why}, of {image}"
        if "JVM" in kind(instance).name:
            return _JVM, "customary for a program on the JVM"
    return _ROLES[instance.role], f"measured on a small program in the role {instance.role.value}"


def _said(instance: Instance, site: Site) -> tuple[int | None, int | None]:
    """What the settings or a reservation say that it needs, and the most that it may have."""
    home = environment_of(instance.key)
    needs = [one.needs for one in site.environments if home in (one.name, SHARED)]
    said = next((one[instance.service] for one in needs if instance.service in one), None)
    found = need(instance, said)
    reserved = found.why.startswith("reserved")
    return (found.bytes if said is not None or reserved else None), found.most_bytes


def _tuned(instance: Instance) -> int:
    """What a larger cache costs a PostgreSQL on a budget before anything is in it.

    Measured: 607 MiB more than the customary 128 took 24 MiB.
    """
    buffers = instance.settings.get("shared_buffers", "")
    if not buffers.endswith("MB"):
        return 0
    return (int(buffers.removesuffix("MB")) - 128) * MIB // 25


def effective(choices: Choices, site: Site) -> Choices:
    """The same point without options that make no difference to this app.

    A wall in a broker is none where there is no broker; where production is alone by choice,
    there is nothing to keep apart, to address or to bound.
    """
    if choices.presence is Presence.SINGLE:
        return Choices(source=choices.source, presence=choices.presence, flags=choices.flags)
    here = axes_of(site)
    plain = Choices()
    idle = {
        axis: getattr(plain, axis)
        for axis in ("database", "cache", "broker", "files")
        if axis not in here
    }
    if choices.presence is Presence.ON_DEMAND:
        idle |= {"route": RouteBy.DOMAIN, "limits": LimitsBy.NONE, "source": Source.ONE}
    return msgspec.structs.replace(choices, **idle)


def axes_of(site: Site) -> frozenset[str]:
    """The axes of data that mean something to the app: it has such a server, or files."""
    return frozenset(_axes_of(site))


def _axes_of(site: Site) -> Iterator[str]:
    for role, known in KINDS.items():
        if all(_has(one, role) for one in site.environments):
            yield known.axis
    if all(any(_files(one)) for one in site.environments):
        yield "files"


def _has(environment: Environment, role: Role) -> bool:
    return any(one.role is role for one in environment.app.services.values())


def _files(environment: Environment) -> Iterator[str]:
    """Volumes that no server keeps its data in."""
    services = environment.app.services.values()
    kept = {mount.source for one in services if one.role in KINDS for mount in one.mounts}
    for one in services:
        for mount in one.mounts:
            if mount.kind == "volume" and mount.source and mount.source not in kept:
                yield mount.source


def instances(world: World) -> Iterator[Instance]:
    """Everything that runs."""
    return (thing for thing in world.things() if isinstance(thing, Instance))
