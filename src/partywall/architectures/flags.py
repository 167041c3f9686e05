"""H, `flags`: one environment, in which features are switched by flags."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import BrokerWall, CacheWall, DatabaseWall, FilesWall, Flags, Presence

PRESET = Preset(
    name="flags",
    letter="H",
    title="One environment, features behind flags",
    gives=(
        "one stack is all there is: the least memory, and nothing to keep in step",
        "what is new is switched on for a few first, in production itself",
    ),
    costs=(
        "the app has to ask for its flags (OpenFeature), and each feature goes behind one",
        "nothing is isolated: changes of the schema stay as risky as ever",
        "flags are debt: each one has to be taken out again",
    ),
    choices={
        "presence": Presence.SINGLE,
        "database": DatabaseWall.COMMON,
        "cache": CacheWall.COMMON,
        "broker": BrokerWall.COMMON,
        "files": FilesWall.COMMON,
        "flags": Flags.ON,
    },
    laid={"flags": Flags.ON},
)
