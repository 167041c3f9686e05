"""Wires the embedded engine."""

from __future__ import annotations

from partywall.engines.embedded.allocations import Allocations
from partywall.engines.embedded.engine import EmbeddedEngine
from partywall.engines.embedded.places import Places
from partywall.engines.embedded.programs import Programs
from partywall.interfaces import EngineParts
from partywall.system import machine, sockets


def build(parts: EngineParts) -> EmbeddedEngine:
    """The engine for one project, with nothing started yet."""
    places = Places(parts.home, parts.project)
    allocations = Allocations(
        places.allocations, parts.project_id, sockets.can_bind, sockets.free_port
    )
    root = machine.is_root()
    programs = Programs(places, parts.project_id, allocations, parts.edge, root=root)
    return EmbeddedEngine(
        programs,
        parts.records,
        parts.secrets,
        parts.clock,
        trash_seconds=parts.trash_seconds,
        root=root,
    )
