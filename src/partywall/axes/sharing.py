"""Which servers several environments use, who has a part of them, and what it is called there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from partywall.axes.sense import Senseless
from partywall.axes.site import Environment, Site, is_mosquitto, is_postgres, is_redis, own
from partywall.model.app import Role, Service
from partywall.model.choices import BrokerWall, CacheWall, Choices, DatabaseWall, FilesWall
from partywall.model.errors import BadInput
from partywall.model.secret import SecretRef
from partywall.model.world import SHARED, Key

_COMMON = "common"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How servers of one role are shared."""

    axis: str
    alone: str
    """The option under which each environment has its own."""
    speaks: Callable[[Service], bool]
    what: str

    def shared(self, choices: Choices) -> bool:
        """Whether one server is for several; what is common to production alone is its own."""
        return getattr(choices, self.axis).value not in (self.alone, _COMMON)


KINDS = {
    Role.CACHE: Kind(
        axis="cache",
        alone=CacheWall.INSTANCE,
        speaks=is_redis,
        what="Redis or Valkey",
    ),
    Role.BROKER: Kind(
        axis="broker",
        alone=BrokerWall.INSTANCE,
        speaks=is_mosquitto,
        what="Mosquitto",
    ),
    Role.DATABASE: Kind(
        axis="database",
        alone=DatabaseWall.SERVER,
        speaks=is_postgres,
        what="PostgreSQL",
    ),
}


def any_shared(choices: Choices) -> bool:
    """Whether an architecture has something of production's that other environments use."""
    return choices.files is FilesWall.READ_ONLY or any(
        kind.shared(choices) for kind in KINDS.values()
    )


def settled(site: Site) -> Site:
    """The same site, whose environments know which of their services are shared.

    Raises:
        BadInput: when a server cannot be shared, or is not production's as well.
    """
    if not any_shared(site.choices):
        return site
    environments = tuple(_settled(site, one) for one in site.environments)
    return msgspec.structs.replace(site, environments=environments)


def _settled(site: Site, environment: Environment) -> Environment:
    shares = frozenset(one.name for one in _shareable(site, environment))
    reads = dict(_read(site, environment))
    return msgspec.structs.replace(environment, shares=shares, reads=reads)


def _read(site: Site, environment: Environment) -> Iterator[tuple[str, Key]]:
    """Volumes of files that production has too; what servers keep is no such thing."""
    if site.choices.files is not FilesWall.READ_ONLY or environment.production:
        return
    production = production_of(site)
    theirs = set(_files(production))
    for name in _files(environment):
        if name in theirs:
            yield name, own(production, "volume", name)


def _files(environment: Environment) -> Iterator[str]:
    """The volumes that no server has."""
    services = environment.app.services.values()
    kept = {
        mount.source for service in services if service.role in KINDS for mount in service.mounts
    }
    for service in services:
        for mount in service.mounts:
            if mount.kind == "volume" and mount.source and mount.source not in kept:
                yield mount.source


def _shareable(site: Site, environment: Environment) -> Iterator[Service]:
    """The services that shared servers stand for; one that production has not is its own."""
    for service in environment.app.services.values():
        kind = KINDS.get(service.role)
        if kind is None or not kind.shared(site.choices):
            continue
        chosen = getattr(site.choices, kind.axis).value
        if not kind.speaks(service):
            raise Senseless(
                f"service {service.name} is not {kind.what}, and `{kind.axis}: {chosen}` "
                "shares nothing else",
                axes=(kind.axis,),
                remedy=f"say `{kind.axis}: {kind.alone}` in partywall.yaml",
            )
        there = production_of(site).app.services.get(service.name)
        if there is not None and there.role is service.role:
            yield service


def admin(service: str) -> SecretRef:
    """The secret of a shared server's administrator, in the store of `shared`."""
    letters = "".join(sign if sign.isalnum() else "_" for sign in service.upper())
    return SecretRef(f"PARTYWALL_ADMIN_{letters}", 1)


def user(project: str, environment: str) -> str:
    """What an environment is called on shared servers."""
    return f"{project}-{environment}"


def database_name(project: str, environment: str) -> str:
    """What an environment's database and its owner are called on a shared server."""
    return re.sub(r"[^a-z0-9_]", "_", f"{project}_{environment}".lower())


def common_database(project: str) -> str:
    """What the one database is called in which every environment has a schema."""
    return database_name(project, SHARED)


def password(environment: Environment, role: Role) -> SecretRef:
    """What it logs in with."""
    name = f"PARTYWALL_{KINDS[role].axis.upper()}_PASSWORD"
    return environment.passwords.get(role) or SecretRef(name, 1)


def parts(environment: Environment, role: Role) -> Iterable[Service]:
    """Its services of a role that are part of shared servers."""
    services = (environment.app.services[name] for name in sorted(environment.shares))
    return [one for one in services if one.role is role]


def production_of(site: Site) -> Environment:
    """Whose app says what the servers are.

    Raises:
        BadInput: when it is not known here.
    """
    if site.production is None:
        raise BadInput(
            "servers that all environments use are made from production's services, and there "
            "are none of it here",
            remedy="choose an architecture without shared servers",
        )
    return site.production
