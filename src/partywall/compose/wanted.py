"""What is wanted, as partywall.yaml and its defaults say it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from partywall.compose import schema
from partywall.model.app import Role, Visit
from partywall.model.choices import RouteBy
from partywall.model.errors import Place

BY_PORT = frozenset({"ports"})
"""Architectures with `route: port`: the settings are read before presets are looked for."""


class EnvFile(msgspec.Struct, frozen=True):
    """An env file of an environment; a default one may be absent."""

    path: Path
    required: bool


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment may take: for cores and memory a fraction (0 to 1) or an amount."""

    cpus_fraction: float | None = None
    cores: float | None = None
    memory_fraction: float | None = None
    memory_bytes: int | None = None
    pids: int | None = None
    io: int | None = None
    """Weight of block IO; others have 100."""


class EnvironmentSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of one environment."""

    name: str
    production: bool
    domain: str
    port: int | None = None
    """Its own port at the edge; None: nobody has said one."""
    allow: tuple[str, ...] = ()
    """Addresses or networks that may call it; empty: all."""
    env_files: tuple[EnvFile, ...]
    profiles: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    """Tables of other environments, `schema.table` each."""
    protected: bool = False
    user: str = ""
    seed: tuple[str, ...] | None = None
    variables: dict[str, str] = {}
    limits: Limits | None = None
    outward: bool | tuple[str, ...] = False
    """The services that may act on the world, or whether all may."""
    branch: str | None = None
    attach: str | None = None
    """The Compose project that it is already, made by somebody else."""
    volumes_of: str | None = None
    """The Compose project whose volumes hold its data."""
    passing: bool = False
    """Whether it is a preview, which no settings name."""


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a service, over what is guessed."""

    role: Role | None = None
    run: tuple[str, ...] | None = None
    route: str | None = None
    port: int | None = None
    memory_bytes: int | None = None
    extensions: tuple[str, ...] = ()
    session: Visit | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that partywall.yaml says or leaves to its defaults."""

    project: str
    folder: Path
    compose: tuple[Path, ...] = ()
    """Empty: what Compose itself finds in the folder."""
    engine: str | None = None
    architecture: tuple[str, ...] = ("dual",)
    """A base and overlays, not yet looked up."""
    choices: dict[str, StrEnum] = {}
    """Axis → option, for the axes that have a line of their own."""
    domain: str
    edge: schema.Edge = schema.Edge()
    trash: float = 7 * 86400.0
    """Seconds that removed data is kept."""
    environments: dict[str, EnvironmentSettings]
    """Production first."""
    services: dict[str, ServiceSettings] = {}
    file: Place | None = None
    """None when there is no partywall.yaml."""
    lines: dict[str, int] = {}
    """`environments.dev.domain` → line."""

    @property
    def production(self) -> EnvironmentSettings:
        """The one environment that is production."""
        return next(one for one in self.environments.values() if one.production)

    @property
    def by_port(self) -> bool:
        """Whether environments are told apart by their ports."""
        return by_port(self.architecture, self.choices)

    @property
    def tls(self) -> str:
        """How certificates are got: `internal`, `acme` or `off`."""
        if self.edge.tls is not None:
            return self.edge.tls
        names = {one.domain for one in self.environments.values()}
        return "internal" if all(_is_local(name) for name in names) else "acme"

    def where(self, *path: str) -> Place | None:
        """The place of a key, or of the nearest one around it."""
        if self.file is None:
            return None
        while path:
            if line := self.lines.get(".".join(path)):
                return Place(self.file.file, line)
            path = path[:-1]
        return self.file


def by_port(architecture: Collection[str], choices: Mapping[str, StrEnum]) -> bool:
    """Whether environments are told apart by their ports: by a line of its own, or the base."""
    said = RouteBy.DOMAIN if BY_PORT.isdisjoint(architecture) else RouteBy.PORT
    return choices.get("route", said) is RouteBy.PORT


def _is_local(domain: str) -> bool:
    return domain == "localhost" or domain.endswith(".localhost")
