"""What a proof works on: a world, ways into it, and where the edge and the files are."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from partywall.interfaces import Reach, SecretStore
from partywall.model.world import Key, World
from partywall.proof.edge import Door

AGENT = (sys.executable, "-P", "-m", "partywall.proof.inside")
"""`-P`: a module of the environment's own named like one of ours is never loaded."""


class Premises(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the probes work on, and nothing that they could change it with."""

    world: World
    reach: Reach
    secrets: SecretStore
    door: Door | None = None
    """Where the edge listens; None when there is none."""
    folders: Mapping[Key, str] = {}
    """Volume → its folder as its environment's own programs see it."""
    secret_files: Mapping[str, tuple[str, ...]] = {}
    """Environment → the files that hold its secrets."""
    production: str = ""
    """The environment that unknown hosts must never reach."""
    agent: tuple[str, ...] = AGENT
