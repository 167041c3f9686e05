"""The words in which the agent answers, and the servers' own words made short."""

from __future__ import annotations

import re
from typing import Any

Ask = dict[str, Any]
Answer = dict[str, Any]

AUTHENTICATED = "authenticated"
"""Let in by the server, with or without a password."""
REFUSED = "refused"
"""The server answered and said no."""
UNREACHABLE = "unreachable"
"""Nothing answers at that address from here."""
TIMED_OUT = "timed out"
DENIED = "permission denied"
"""The operating system said no."""
DONE = "done"
FAILED = "failed"
"""The attempt itself did not work, so it says nothing about the wall."""

TOGETHER = frozenset({"broker", "cache", "database", "migrations", "network", "outbound"})
"""Kinds of asks that mostly wait for servers: all of one line are tried at the same time."""

_LENGTH = 160


def answer(outcome: str, says: object = "", **more: object) -> Answer:
    """One answer."""
    return {"outcome": outcome, "says": shorten(str(says)), **more}


def shorten(words: str) -> str:
    """A server's words on one line of at most 160 characters."""
    line = re.sub(r"\s+", " ", words).strip()
    return line if len(line) <= _LENGTH else f"{line[: _LENGTH - 1]}…"


def of_error(error: OSError) -> Answer:
    """What an operating system's error says about the way there."""
    words = error.strerror or str(error)
    if isinstance(error, TimeoutError):
        return answer(TIMED_OUT, "no answer in time")
    if isinstance(error, PermissionError):
        return answer(DENIED, words)
    return answer(UNREACHABLE, words)
