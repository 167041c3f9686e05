"""A, `shared`: one cache and one broker for all, with a wall inside them."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import BrokerWall, CacheWall, FilesWall

PRESET = Preset(
    name="shared",
    letter="A",
    title="One cache and one broker for all, a database server for each",
    gives=(
        "production and development stand at the same time, each at its own domain",
        "one cache and one broker serve all, so each further environment costs less memory",
        "each environment is a user of its own there: who ignores its prefix is denied",
        "one vault holds the files of all, a folder for each: one place to back up and to bound",
        "nothing that is shared restarts when an environment comes or goes",
    ),
    costs=(
        "the app has to know its prefix and its user: it gets them as variables",
        "rights alone keep an app with a mistake from leaking there, not a server of its own",
        "an endless script or a full memory in one environment is felt by all: no rule stops that",
        "a shared server that fails, or is changed, fails or changes for production too",
        "the broker's own configuration file is not used: it is told what it needs here",
        "commands that name or count every key (SCAN, KEYS, DBSIZE, INFO) are denied",
        "who fills the vault leaves the others no room in it",
    ),
    choices={
        "cache": CacheWall.KEYSPACE,
        "broker": BrokerWall.TOPICS,
        "files": FilesWall.SUBFOLDER,
    },
)
