"""What a server on a copy may take of the machine: little enough that production has the rest."""

from __future__ import annotations

import msgspec

from partywall.system import machine

_PART = 4
"""A server on a copy gets one part of so many of the machine's memory."""
_LEAST = 192 << 20
_MOST = 2 << 30


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What one of them may take."""

    memory_bytes: int
    cpus: float


def of_machine() -> Allowance:
    """A quarter of the memory, within bounds, and half of the processors."""
    memory = max(_LEAST, min(_MOST, machine.memory_bytes() // _PART))
    return Allowance(memory_bytes=memory, cpus=max(1.0, machine.cores() / 2))
