"""The things that make up a running installation; one type for what is wanted and what is seen."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from partywall.model.app import Attachment, Condition, HealthCheck, Mount, Port, Role, Visit
from partywall.model.secret import SecretRef

FINGERPRINT = "1"
"""Version of the fingerprint; an older one that still agrees is never a reason to change."""

SHARED = "shared"
MACHINE = "machine"
RESERVED = frozenset({"edge", SHARED, "all", MACHINE})
COOKIE_MARK = "~"
"""Parts an environment's name from the name of a cookie: allowed there (RFC 6265), and in no name
of an environment."""
ENVIRONMENT_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?")

Key = str
"""`environment/name` for an instance, `environment/kind/name` for everything else."""


def environment_of(key: Key) -> str:
    """The environment (or `shared`, `machine`) that a key belongs to."""
    return key.partition("/")[0]


def name_of(key: Key) -> str:
    """The last part of a key."""
    return key.rpartition("/")[2]


class Need(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """Another thing that must be there first."""

    key: Key
    condition: Condition = Condition.STARTED


class Thing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="is"):
    """Anything that Partywall makes, watches and removes.

    Defaults are left out of the encoding, so a field added later changes no fingerprint.
    """

    key: Key
    needs: tuple[Need, ...] = ()


class Instance(Thing, frozen=True, kw_only=True, tag="instance"):
    """A running service."""

    service: str
    role: Role
    image: str = ""
    build: dict[str, Any] | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    run: tuple[str, ...] | None = None
    environment: dict[str, str] = {}
    mounts: tuple[Mount, ...] = ()
    """Named volumes are given by the key of their Volume."""
    ports: tuple[int, ...] = ()
    published: tuple[Port, ...] = ()
    """What it has on the host itself, for engines that hand definitions on."""
    health: HealthCheck | None = None
    restart: str = ""
    stop_signal: str = "SIGTERM"
    stop_grace: float = 10.0
    hosts: dict[str, Key] = {}
    """Service names that this instance may call → the instance that answers."""
    config: dict[str, str] = {}
    """Bound configuration files → fingerprint of their content."""
    settings: dict[str, str] = {}
    """What the tool itself decides (for the edge: its ports and its way of TLS)."""
    attachments: tuple[Attachment, ...] = ()
    """Secrets and configs as files inside; their host files are given like those of mounts."""
    session: Visit | None = None
    """How a proof makes a visitor with a session here."""
    definition: dict[str, Any] = {}
    """All that the Compose file says of it, for engines that hand it on; others leave it empty."""
    folder: str = ""
    """Where it runs as an ordinary process, seen from the project's folder; empty: there."""


class Volume(Thing, frozen=True, kw_only=True, tag="volume"):
    """Data that outlives instances; removing it moves it into the trash."""

    name: str
    driver: str = ""
    """Who keeps the data; empty: the engine itself."""
    options: dict[str, str] = {}
    """What the driver is told, `device` being where the data are."""
    external: bool = False
    """It was there before: it is used, and never made or removed."""
    vault: bool = False
    """It is for folders of environments in it; nobody has all of it."""

    @property
    def bound(self) -> bool:
        """Whether its data are in a folder of the host: the local driver binds it."""
        said = "bind" in self.options.get("o", "").split(",")
        return said and bool(self.options.get("device"))


class Network(Thing, frozen=True, kw_only=True, tag="network"):
    """A network that only its members can reach."""

    name: str
    internal: bool = False
    external: bool = False
    """It was there before: it is used, and never made or removed."""


class Database(Thing, frozen=True, kw_only=True, tag="database"):
    """A database with its owner role, on a server of its own or a shared one."""

    server: Key
    name: str
    owner: str
    password: SecretRef | None = None
    kind: str = "server"
    """`server`, `database` or `schema`."""
    admin: str = ""
    """Who makes it on a server that several environments use."""
    admin_password: SecretRef | None = None
    """In the store of `shared`."""
    schema: str = ""
    """Its part of a database that others are in, too; empty: all of it."""
    bounded: bool = False
    """Whether it may take only so many connections, and each only so long."""
    read: tuple[str, ...] = ()
    """Tables of others that it may read, `schema.table` each: shared by design."""
    extensions: tuple[str, ...] = ()
    """What a database that others are in is to have for all of them."""


class KeySpace(Thing, frozen=True, kw_only=True, tag="keyspace"):
    """An environment's part of a shared cache."""

    server: Key
    user: str
    prefix: str = ""
    number: int | None = None
    password: SecretRef | None = None
    admin_password: SecretRef | None = None
    """Of the server's own user, in the store of `shared`."""


class TopicSpace(Thing, frozen=True, kw_only=True, tag="topicspace"):
    """An environment's part of a shared broker."""

    server: Key
    user: str
    prefix: str
    password: SecretRef | None = None
    admin_password: SecretRef | None = None
    """Of the broker's administrator, in the store of `shared`."""


class FileSpace(Volume, frozen=True, kw_only=True, tag="filespace"):
    """An environment's part of a shared vault: a folder in it, and nothing around it."""

    volume: Key
    """The vault."""
    folder: str


class BasicAuth(msgspec.Struct, frozen=True):
    """A user name and a password that the edge asks for."""

    user: str
    password: SecretRef


class Route(Thing, frozen=True, kw_only=True, tag="route"):
    """An address that the edge answers for an instance."""

    host: str
    port: int
    """0 means the edge's own port."""
    path: str = "/"
    instance: Key
    target: int
    """The port that the instance listens on, as its Compose file says it."""
    auth: BasicAuth | None = None
    robots: bool = True
    """Whether search engines may index it."""
    allow: tuple[str, ...] = ()
    """Addresses or networks (CIDR) that may call; empty means all."""
    cookies: str | None = None
    """How the names of its cookies begin in browsers, where others answer at the same host: empty
    for those that keep their names. None: nobody else is there."""
    away: bool = False
    """Its environment does not stand at present: visitors are told so (503)."""


class Checkout(Thing, frozen=True, kw_only=True, tag="checkout"):
    """A working copy of the source for one environment."""

    folder: str
    """Seen from the project's folder."""
    branch: str
    commit: str = ""
    inner: str = ""
    """Where in it the app is; empty: at its top."""


def quota(cpus: float, cores: Sequence[int]) -> float | None:
    """Processors' time per time to be counted; None where the cores alone are the bound."""
    return None if cores and cpus >= len(cores) else cpus


class Portion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one instance or job of an environment may take of its budget, each container alone."""

    key: Key
    memory_bytes: int
    reserved_bytes: int = 0
    """What it keeps when the machine runs short; never more than it may take."""
    cpus: float
    """The most it may use, even where nobody else wants any."""
    cores: tuple[int, ...] = ()
    """The budget's."""
    weight: int
    """Its part of the processors while others of the environment want them, as `cpu_shares`."""
    pids: int
    containers: int = 1
    least_bytes: int
    """What it cannot work without."""
    why: str
    """Where the need comes from that its part was measured by."""


class Limit(Thing, frozen=True, kw_only=True, tag="limit"):
    """What an environment may take of the machine, all its instances together."""

    cpus: float
    cores: tuple[int, ...] = ()
    """The only ones it runs on, the first of the machine being 0; empty: on any."""
    memory_bytes: int
    pids: int
    reserved_bytes: int = 0
    io_weight: int = 0
    """Its part of the disks beside others, who have 100 each; 0 is not to be set."""
    yields: bool = False
    """Whether it gets processors only while nobody outside of it wants them."""
    portions: tuple[Portion, ...] = ()
    """How it is shared out; empty: whoever comes first."""

    def portion(self, key: Key) -> Portion | None:
        """The part of an instance or a job."""
        return next((one for one in self.portions if one.key == key), None)


class Job(Thing, frozen=True, kw_only=True, tag="job"):
    """Something that runs once, again only when what it depends on changes."""

    instance: Instance
    once_per: str = "definition"
    """`definition`: again when it changes; `data`: once in the life of the environment's data."""


AnyThing = (
    Instance
    | Volume
    | Network
    | Database
    | KeySpace
    | TopicSpace
    | FileSpace
    | Route
    | Checkout
    | Limit
    | Job
)

Space = Database | KeySpace | TopicSpace
"""An environment's part of a server."""

KEPT = (Volume, Database, KeySpace, TopicSpace, Checkout)
"""What `down` leaves in place."""


def fingerprint(thing: AnyThing) -> str:
    """A short, versioned digest of a thing's description; no secret value goes into it."""
    text = msgspec.json.encode(_described(thing), order="deterministic")
    return f"{FINGERPRINT}:{hashlib.sha256(text).hexdigest()[:24]}"


def _described(value: Any) -> Any:  # noqa: ANN401  (any part of a thing)
    """A thing as plain data, without what equals its default.

    `omit_defaults` is not enough: it looks for the very object that is the default, which a value
    that was read from a file never is.
    """
    if isinstance(value, msgspec.Struct):
        kept = {
            name: _described(one)
            for name, default in _defaults(type(value))
            if (one := getattr(value, name)) != default
        }
        return {**kept, "is": value.__struct_config__.tag}
    if isinstance(value, dict):
        return {key: _described(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_described(one) for one in value]
    return value


@functools.cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Each field with its default; a field without one gets something that nothing equals."""
    return tuple(
        (field.name, _default(field.default, field.default_factory))
        for field in msgspec.structs.fields(kind)
    )


def _default(default: Any, factory: Any) -> Any:  # noqa: ANN401  (as msgspec gives them)
    if factory is not msgspec.NODEFAULT:
        return factory()
    return object() if default is msgspec.NODEFAULT else default


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A thing with its state: wanted ones run and have no faults."""

    thing: AnyThing
    fingerprint: str
    running: bool = True
    """Of a job: whether it got through."""
    faults: tuple[str, ...] = ()
    starting: bool = False
    """Whether it runs and its health check has not said anything yet."""


class World(msgspec.Struct, frozen=True):
    """Everything there is or should be, by key."""

    entries: dict[Key, Entry] = {}
    unknown: dict[Key, str] = {}
    """Keys, or `environment/` for a whole environment, that could not be observed → why."""

    @classmethod
    def of(cls, things: Iterable[AnyThing]) -> World:
        """The world in which all these things are there and run."""
        return cls(
            {thing.key: Entry(thing=thing, fingerprint=fingerprint(thing)) for thing in things}
        )

    def things(self) -> Iterable[AnyThing]:
        """Every thing, in the order it was put in."""
        return (entry.thing for entry in self.entries.values())

    def environments(self) -> set[str]:
        """Every environment that has at least one thing here."""
        return {environment_of(key) for key in self.entries}

    def why_unknown(self, key: Key) -> str | None:
        """Why nothing can be said of a key, or None when something can."""
        return self.unknown.get(key) or self.unknown.get(f"{environment_of(key)}/")

    def only(self, keep: Mapping[Key, Entry]) -> World:
        """The same world with these entries alone."""
        return World(dict(keep), self.unknown)
