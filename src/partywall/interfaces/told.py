"""What a program that runs was really told, whatever its description says."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.model.world import Key


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a program that runs was really told: its variables hold secrets, and are not shown."""

    key: Key
    image: str = ""
    """Empty: it was built here."""
    words: tuple[str, ...] = ()
    """The program and its arguments."""
    variables: Mapping[str, str] = {}

    def __repr__(self) -> str:
        """Without the variables' values."""
        return f"Told({self.key!r})"
