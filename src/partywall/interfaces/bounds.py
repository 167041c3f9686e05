"""How an environment is held to its budget, as the kernel has it at this moment."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.interfaces.stand import Stand
from partywall.model.world import Key


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Who runs on a budget and who does not, and where the kernel says something else than it."""

    inside: tuple[Key, ...] = ()
    """The instances that run in its group, on its cores and within their portions."""
    outside: tuple[str, ...] = ()
    """Who of the environment runs elsewhere, a sentence each."""
    faults: tuple[str, ...] = ()
    """Where bounds are others than they should be, a sentence each."""


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """A position on a budget where nothing of the environment is, to try its bounds from."""

    stand: Stand
    like: Key
    """The instance whose bounds it has."""
    memory_bytes: int
    """What a process gets there before it is killed."""


class Vitals(msgspec.Struct, frozen=True, kw_only=True):
    """What shows that nothing of an environment was killed meanwhile."""

    programs: Mapping[str, str] = {}
    """Name → what is another when it was started anew."""
    oom_kills: int = 0
    """How many processes were killed for memory, in all of them that run."""
