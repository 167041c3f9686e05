"""A position in which programs of an environment run."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.model.world import Key


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """A position in which programs of an environment run."""

    name: str
    """The environment, or one of the instances that are in this position."""
    networks: frozenset[str] = frozenset()
    folders: Mapping[Key, str] | None = None
    """Volume → where it is seen from there; None: where it is on this machine."""
    alone: bool = False
    """Whether no other environment's processes can be among those that are seen."""
