"""The axes of the space of architectures, their options, and one point in it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Source(StrEnum):
    """Where an environment's code comes from."""

    ONE = "one"
    BRANCH = "branch"


class Presence(StrEnum):
    """Which environments stand at the same time."""

    TOGETHER = "together"
    SWITCHED = "switched"
    ON_DEMAND = "on-demand"
    SINGLE = "single"


class DatabaseWall(StrEnum):
    """What keeps two environments' rows apart."""

    SERVER = "server"
    DATABASE = "database"
    SCHEMA = "schema"
    COMMON = "common"


class CacheWall(StrEnum):
    """What keeps two environments' cache keys apart."""

    INSTANCE = "instance"
    KEYSPACE = "keyspace"
    COMMON = "common"


class BrokerWall(StrEnum):
    """What keeps two environments' messages apart."""

    INSTANCE = "instance"
    TOPICS = "topics"
    COMMON = "common"


class FilesWall(StrEnum):
    """What keeps two environments' files apart."""

    FOLDER = "folder"
    SUBFOLDER = "subfolder"
    READ_ONLY = "read-only"
    COMMON = "common"


class RouteBy(StrEnum):
    """What tells two environments' addresses apart."""

    DOMAIN = "domain"
    PORT = "port"


class LimitsBy(StrEnum):
    """Whether an environment has a share of the machine that it can never exceed."""

    NONE = "none"
    BUDGET = "budget"


class Flags(StrEnum):
    """Whether features are gated by flags."""

    OFF = "off"
    ON = "on"


class Choices(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """One option on each axis: an architecture."""

    source: Source = Source.ONE
    presence: Presence = Presence.TOGETHER
    database: DatabaseWall = DatabaseWall.SERVER
    cache: CacheWall = CacheWall.INSTANCE
    broker: BrokerWall = BrokerWall.INSTANCE
    files: FilesWall = FilesWall.FOLDER
    route: RouteBy = RouteBy.DOMAIN
    limits: LimitsBy = LimitsBy.NONE
    flags: Flags = Flags.OFF
