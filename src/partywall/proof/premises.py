"""What a proof works on: a world, ways into it, and where the edge and the files are."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.compose.outward import Outward
from partywall.interfaces import Agent, Reach, SecretStore
from partywall.model.world import Key, Limit, World
from partywall.proof.edge import Door

AGENT = Agent(
    module="partywall.proof.inside",
    needs=("paho", "psycopg", "psycopg_binary", "psycopg_binary.libs", "typing_extensions"),
)


class Premises(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the probes work on, and nothing that they could change it with."""

    world: World
    reach: Reach
    secrets: SecretStore
    door: Door | None = None
    """Where the edge listens; None when there is none."""
    edge: str = ""
    """Where the edge was looked for, when there may be others elsewhere."""
    folders: Mapping[Key, str] = {}
    """Volume → its folder on this machine."""
    secret_files: Mapping[str, tuple[str, ...]] = {}
    """Environment → the files that hold its secrets."""
    production: str = ""
    """The environment that unknown hosts must never reach."""
    attached: frozenset[str] = frozenset()
    """Environments that are somebody else's: tried from others, and never stood in themselves."""
    limits: Mapping[str, Limit] = {}
    """Environment → its budget: as it stands, else as the settings want one."""
    outward: Mapping[str, Outward | None] = {}
    """Environment → which of its services may act on the world; None: nobody turned any off."""
    agent: Agent = AGENT
