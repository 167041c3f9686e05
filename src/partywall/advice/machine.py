"""The machine as advice sees it: how much room there is, and what its engine can do."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

MIB = 1 << 20
SYSTEM = 160 * MIB
"""What a small Debian takes for itself, a container engine included; where it was not measured."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, or said; None where nobody knows."""

    cores: int
    memory_bytes: int
    """All that there is."""
    free_bytes: int | None = None
    """What new programs could have, with what ours take already; None: it is another machine."""
    disk_free_bytes: int | None = None
    reflink: bool | None = None
    """Whether the file system of the project's folder shares blocks between copies."""
    engine: str
    engine_answers: bool | None = None
    whole_containers: bool = False
    """Whether a service is replaced by starting its successor beside it."""
    enforces_budgets: bool = False
    """Whether the engine makes budgets."""
    second_name: bool | None = None
    """Whether a second host name leads here already."""
    why_second_name: str = ""
    repository: bool | None = None
    """Whether the app is in a git repository."""
    refused: Mapping[str, str] = {}
    """`axis: option` → why this engine, or this installation, cannot have it."""

    @property
    def room_bytes(self) -> int:
        """What both environments and the edge may take together."""
        most = max(0, self.memory_bytes - SYSTEM)
        return most if self.free_bytes is None else min(most, self.free_bytes)

    @property
    def room_words(self) -> str:
        """Where the room comes from."""
        if self.free_bytes is None or self.free_bytes > self.memory_bytes - SYSTEM:
            return (
                f"{self.memory_bytes // MIB} MiB less {SYSTEM // MIB} MiB for the system "
                "and the engine"
            )
        return f"{round(self.free_bytes / MIB)} MiB that are free, or ours already"
