"""An operation: staged work that is no difference of worlds (copy, restore, migrate, take over)."""

from __future__ import annotations

import msgspec


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of an operation."""

    name: str
    why: str
    reversible: bool
    """Whether the operation can still be taken back after this stage."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Stages in order; the first irreversible one is the point of no return."""

    verb: str
    environment: str
    stages: tuple[Stage, ...]

    def point_of_no_return(self) -> int | None:
        """Index of the first stage that cannot be taken back, or None."""
        return next((i for i, stage in enumerate(self.stages) if not stage.reversible), None)
