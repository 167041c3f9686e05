"""What a text asks for, as short as a test can say it."""

from __future__ import annotations

from partywall.flags.scanning.found import Found
from partywall.flags.scanning.scan import read

UNKNOWN = None


def seen(name: str, text: str) -> list[tuple[str | None, int]]:
    """Keys and lines, None where a key cannot be read."""
    return flat(read(name, text))


def flat(found: Found) -> list[tuple[str | None, int]]:
    """Keys and lines, in their order."""
    keys = [(use.key, use.place.line or 0) for use in found.uses]
    unknown = [(UNKNOWN, one.place.line or 0) for one in found.unreadable]
    return sorted([*keys, *unknown], key=lambda one: (one[1], one[0] or ""))


def keys(name: str, text: str) -> list[str | None]:
    """Keys alone."""
    return [key for key, _ in seen(name, text)]
