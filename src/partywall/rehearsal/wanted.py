"""What is to be rehearsed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from partywall.rehearsal.reasons import Kind

Words = tuple[str, ...]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Argument lists of programs; an empty one is not run."""

    migrate: Words
    timeout: float = 600.0
    """Seconds that the migration may take."""
    again: bool = False
    """Whether it has to run a second time and change nothing."""
    downgrade: Words = ()
    """What brings the former schema back."""
    tests: Words = ()
    """The new code's tests, on the new schema."""
    old_tests: Words = ()
    """The old code's."""
    traffic: Words = ()
    """What runs beside the migration, as visitors would; it is ended afterwards."""
    accept: Collection[Kind] = ()
    """Risks that are known and taken."""
    folder: Path | None = None
    """Where the source is, to say from which line a statement comes."""
    count_seconds: float = 20.0
    """How long rows may be counted, before and after each."""
