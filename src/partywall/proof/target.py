"""What of an environment a probe aims at: servers, folders, addresses, secrets; pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.model.app import Role, Visit
from partywall.model.secret import SecretRef, references
from partywall.model.world import (
    AnyThing,
    Database,
    FileSpace,
    Instance,
    Job,
    Key,
    KeySpace,
    Route,
    Space,
    TopicSpace,
    Volume,
    World,
    environment_of,
    name_of,
)
from partywall.proof.credentials import Login, login

_PORTS = {Role.DATABASE: 5432, Role.CACHE: 6379, Role.BROKER: 1883}
_SERVERS = frozenset(_PORTS)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A database, cache or broker as the environment's own programs use it."""

    key: Key
    service: str
    port: int
    login: Login
    database: str = ""
    schema: str = ""
    """Its part of a database that others are in, too."""
    readable: tuple[str, ...] = ()
    """Tables of others that it may read by design, `schema.table` each."""
    prefix: str = ""
    """What its keys or topics start with, where others use the server too."""
    near: str = ""
    """The environment whose way to such a server it is."""


class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """A service that knows sessions, and how to have one with it."""

    key: Key
    service: str
    visit: Visit


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One environment, as far as probes need it."""

    environment: str
    servers: dict[Role, tuple[Server, ...]] = {}
    volumes: tuple[Key, ...] = ()
    data: frozenset[Key] = frozenset()
    """Those of the volumes that belong to servers: nothing is ever written there."""
    reads: frozenset[Key] = frozenset()
    """Volumes of other environments that it reads by an explicit line."""
    parts: frozenset[Key] = frozenset()
    """Those of the volumes that are folders of a vault which others use, too."""
    vaults: dict[Key, Key] = {}
    """Volume → the instance that serves its files and nothing else."""
    keepers: tuple[Keeper, ...] = ()
    routes: tuple[Route, ...] = ()
    variables: dict[str, str] = {}
    """`service.NAME` → text, with secrets as placeholders."""
    secrets: frozenset[SecretRef] = frozenset()

    def route(self) -> Route | None:
        """The environment's first page."""
        pages = [route for route in self.routes if route.path == "/"]
        return next((r for r in pages if r.instance not in self.vaults.values()), None) or next(
            iter(pages or self.routes), None
        )


def target(world: World, environment: str) -> Target:
    """What a world says about one environment."""
    things = [thing for thing in world.things() if environment_of(thing.key) == environment]
    jobs = [thing.instance for thing in things if isinstance(thing, Job)]
    instances = [thing for thing in things if isinstance(thing, Instance)]
    routes = tuple(thing for thing in things if isinstance(thing, Route))
    databases = [thing for thing in things if isinstance(thing, Database)]
    spaces = [thing for thing in things if isinstance(thing, Space)]
    return Target(
        environment=environment,
        servers={
            Role.DATABASE: tuple(_database(world, database) for database in databases),
            Role.CACHE: (*_servers(instances, Role.CACHE), *_parts(world, things, KeySpace)),
            Role.BROKER: (*_servers(instances, Role.BROKER), *_parts(world, things, TopicSpace)),
        },
        volumes=tuple(thing.key for thing in things if isinstance(thing, Volume)),
        data=frozenset(
            mount.source
            for instance in instances
            if instance.role in _SERVERS
            for mount in instance.mounts
        ),
        reads=frozenset(
            mount.source
            for instance in instances
            for mount in instance.mounts
            if mount.kind == "volume"
            and mount.source
            and environment_of(mount.source) != environment
        ),
        parts=frozenset(thing.key for thing in things if isinstance(thing, FileSpace)),
        vaults=_vaults(instances),
        keepers=tuple(
            Keeper(key=one.key, service=one.service, visit=one.session)
            for one in instances
            if one.session is not None
        ),
        routes=routes,
        variables={
            f"{instance.service}.{name}": text
            for instance in (*instances, *jobs)
            for name, text in _texts(instance)
        },
        secrets=frozenset(_secrets([*instances, *jobs], spaces, routes)),
    )


def _database(world: World, database: Database) -> Server:
    entry = world.entries.get(database.server)
    instance = entry.thing if entry and isinstance(entry.thing, Instance) else None
    literal = instance.environment.get("POSTGRES_PASSWORD", "") if instance else ""
    return Server(
        key=database.server,
        service=instance.service if instance else database.server,
        port=_port(instance, Role.DATABASE),
        login=Login(database.owner, str(database.password) if database.password else literal),
        database=database.name,
        schema=database.schema,
        readable=database.read,
        near="" if database.kind == "server" else environment_of(database.key),
    )


def _parts(
    world: World, things: list[AnyThing], kind: type[KeySpace | TopicSpace]
) -> Iterable[Server]:
    """An environment's parts of servers that others use too."""
    for space in things:
        if isinstance(space, KeySpace | TopicSpace) and isinstance(space, kind):
            entry = world.entries.get(space.server)
            instance = entry.thing if entry and isinstance(entry.thing, Instance) else None
            role = Role.CACHE if kind is KeySpace else Role.BROKER
            yield Server(
                key=space.server,
                service=name_of(space.server),
                port=_port(instance, role),
                login=Login(space.user, str(space.password) if space.password else ""),
                prefix=space.prefix,
                near=environment_of(space.key),
            )


def _servers(instances: list[Instance], role: Role) -> Iterable[Server]:
    for instance in instances:
        if instance.role is role:
            yield Server(
                key=instance.key,
                service=instance.service,
                port=_port(instance, role),
                login=login(instance, instances),
            )


def _port(instance: Instance | None, role: Role) -> int:
    """The customary port when it is among those listened on, or nothing is known."""
    ports = instance.ports if instance else ()
    return _PORTS[role] if not ports or _PORTS[role] in ports else ports[0]


def _vaults(instances: list[Instance]) -> dict[Key, Key]:
    return {
        mount.source: instance.key
        for instance in instances
        if instance.role is Role.FILES
        for mount in instance.mounts
        if mount.kind == "volume"
    }


def _texts(instance: Instance) -> Iterable[tuple[str, str]]:
    yield from instance.environment.items()
    words = (*(instance.entrypoint or ()), *(instance.command or ()), *(instance.run or ()))
    if words:
        yield "command", " ".join(words)


def _secrets(
    instances: list[Instance], spaces: list[Space], routes: tuple[Route, ...]
) -> Iterable[SecretRef]:
    for instance in instances:
        for _, text in _texts(instance):
            yield from references(text)
        for one in instance.attachments:
            yield from references(one.text or "")
    yield from (space.password for space in spaces if space.password)
    yield from (route.auth.password for route in routes if route.auth)
