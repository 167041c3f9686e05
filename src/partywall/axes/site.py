"""What the axes start from: the environments, the app of each, the machine and the choices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from partywall.model.app import App, Role, Service
from partywall.model.choices import Choices
from partywall.model.secret import SecretRef
from partywall.model.world import Checkout, Key

EDGE: Key = "machine/edge"
EDGE_SIDES: tuple[Key, ...] = ("machine/edge-a", "machine/edge-b")


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment may take: of cores and memory a fraction (0 to 1) or an amount."""

    cpus_fraction: float | None = None
    cores: float | None = None
    memory_fraction: float | None = None
    memory_bytes: int | None = None
    pids: int | None = None
    io: int | None = None


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about the machine that budgets are computed from."""

    cores: int
    memory_bytes: int


class FlagFolders(msgspec.Struct, frozen=True, kw_only=True):
    """The folders that the service of flags reads from and writes into, absolute."""

    served: str
    counts: str
    version: str
    """Of this package: another one answers in another way."""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One environment as it is wanted."""

    name: str
    app: App
    production: bool
    domain: str
    port: int = 0
    """The edge's port that is its own; 0: the edge's customary one."""
    allow: tuple[str, ...] = ()
    """Addresses or networks (CIDR) that may call it; empty means all."""
    protected: bool = False
    user: str = ""
    password: SecretRef | None = None
    seed: tuple[str, ...] | None = None
    share: Share | None = None
    volumes_of: str = ""
    """The Compose project whose volumes it has; empty: its own."""
    needs: dict[str, int] = {}
    """Service → bytes of memory that the settings say it customarily needs."""
    definitions: bool = False
    """Whether the engine takes the Compose definitions of its services as they are."""
    checkout: Checkout | None = None
    """Its own working copy of the source; None: the project's folder."""
    read: tuple[str, ...] = ()
    """Tables of others that it may read, `schema.table` each, where one database holds all."""
    extensions: dict[str, tuple[str, ...]] = {}
    """Service → extensions that all environments find in its database."""
    scratch: bool = False
    """Whether all of it is a copy for measuring: it has no port of the host and nothing that was
    there before."""
    flags: FlagFolders | None = None
    """Where its flags are, when features are gated by them."""
    passwords: dict[Role, SecretRef] = {}
    """What it logs in with to servers that other environments use too."""
    shares: frozenset[str] = frozenset()
    """Its services that such a server stands for; worked out from the choices."""
    reads: dict[str, Key] = {}
    """Its volumes that are another environment's, to be read and no more; worked out as well."""
    vaulted: frozenset[str] = frozenset()
    """Its volumes that are folders of vaults which others use too; worked out as well."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One project on one machine."""

    project: str
    choices: Choices
    environments: tuple[Environment, ...]
    machine: Machine
    edge: dict[str, str] = {}
    """The edge's own settings, such as the way of TLS."""
    edge_ports: tuple[int, ...] = ()
    """The ports that people's browsers call, plain HTTP first."""
    on: str = ""
    """The environment that stands where one at a time does; empty: production."""
    production: Environment | None = None
    """Whose definitions make what all use; needed only where there is something."""
    vaults: str = ""
    """The folder of the machine for vaults that no Compose file puts elsewhere; empty: the engine
    has a place of its own."""


def volume_of(environment: Environment, name: str) -> Key:
    """The key of the volume that the Compose file calls so."""
    kind = "filespace" if name in environment.vaulted else "volume"
    return environment.reads.get(name) or own(environment, kind, name)


def own(environment: Environment, kind: str, name: str) -> Key:
    """The key of a thing that is no instance."""
    return f"{environment.name}/{kind}/{name}"


def is_redis(service: Service) -> bool:
    """Whether a service speaks Redis, as far as its image and variables tell."""
    known = ("redis", "valkey", "keydb")
    return service.role is Role.CACHE and (
        called(service.image).startswith(known)
        or any(name.startswith(("REDIS", "VALKEY")) for name in service.environment)
    )


def is_mosquitto(service: Service) -> bool:
    """Whether a service may be Mosquitto: a built image does not tell."""
    image = called(service.image)
    return service.role is Role.BROKER and ("mosquitto" in image or service.build is not None)


def before(environment: Environment, name: str, said: Mapping[str, Any]) -> str:
    """What is called so in an environment and was there before it; empty for what is its own.

    Only production has a before: what is external in the Compose file is every other
    environment's own. Engines that take no definitions make nothing of it, nor has a scratch copy
    anything that was there before.

    Args:
        environment: the one.
        name: of a volume or a network, as the Compose file has it.
        said: what the Compose file says of it.
    """
    known = environment.production and environment.definitions and not environment.scratch
    if not (known and said.get("external")):
        return ""
    return str(said.get("name") or name)


def called(image: str) -> str:
    """The last part of an image's name, without tag and digest."""
    return PurePosixPath(image.partition("@")[0]).name.partition(":")[0]


def is_postgres(service: Service) -> bool:
    """Whether a service speaks PostgreSQL, as far as its image and variables tell."""
    known = ("postgres", "postgis", "pgvector", "timescaledb", "postgresql")
    return service.role is Role.DATABASE and (
        called(service.image).startswith(known)
        or any(name.startswith(("POSTGRES_", "POSTGRESQL_")) for name in service.environment)
    )
