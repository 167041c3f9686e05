"""E, `schemas`: one PostgreSQL database for all, with a schema and a login for each."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import BrokerWall, CacheWall, DatabaseWall, FilesWall

PRESET = Preset(
    name="schemas",
    letter="E",
    title="One database for all, with a schema and a login for each",
    gives=(
        "one database server, one cache and one broker serve all: the least memory with both there",
        "each environment's login sees its own schema, and of others only tables that are named",
        "drift between environments is one command away, and so is a copy of the tables",
        "development may take only so many connections, and each statement only so long",
    ),
    costs=(
        "connections, memory and disk of the one server are a pool: a heavy query is felt by all",
        "a role can lift its own timeouts; the number of its connections it cannot",
        "an app that says `public.` or sets a search_path in its SQL does not find its tables",
        "how tables and functions of all are defined can be read by each; rows cannot",
        "what one environment notifies, all can hear; advisory locks have one set of numbers",
        "schemas drift apart unnoticed unless somebody looks: `schema diff` has to be run",
        "the server's version, its settings and its failures are production's too",
        "what `shared` costs: prefixes that the app has to know, one cache and one broker for all",
    ),
    choices={
        "database": DatabaseWall.SCHEMA,
        "cache": CacheWall.KEYSPACE,
        "broker": BrokerWall.TOPICS,
        "files": FilesWall.SUBFOLDER,
    },
)
