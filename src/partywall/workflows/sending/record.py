"""What was sent, by whom and where to: one line when it begins, one when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.execution.owner import Owner
from partywall.system.decoding import decode
from partywall.system.files import read_bytes
from partywall.system.lines import add_line

FILE = "sent.jsonl"
DONE, FAILED, UNDER_WAY, BROKEN = "done", "failed", "under way", "broke off"


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun", tag_field="event"):
    """Something is about to leave; times are seconds since the epoch."""

    id: str
    at: float
    snapshot: str
    environment: str
    database: str
    target: str
    """Without a password: there is none in a target."""
    owner: Owner
    """Whose process it is."""
    rows: bool
    """Whether rows leave, and with them personal data unmasked."""
    said: str
    """How that was allowed: `typed`, `option`, or empty where nothing had to be."""


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended", tag_field="event"):
    """What became of it."""

    id: str
    at: float
    outcome: str
    bytes: int
    """That have left, whether they arrived or not."""
    sha256: str
    why: str = ""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Both in one."""

    begun: Begun
    ended: Ended | None

    @property
    def state(self) -> str:
        """What is known of it now."""
        if self.ended is not None:
            return self.ended.outcome
        return UNDER_WAY if self.begun.owner.alive() else BROKEN


def write(home: Path, line: Begun | Ended) -> None:
    """Add a line; returns when it is safely on disk.

    Raises:
        MachineFailed: when it cannot be written.
    """
    add_line(home / FILE, msgspec.json.encode(line))


def read(home: Path) -> list[Sent]:
    """All of it, the oldest first; raises MachineFailed when it cannot be read."""
    lines = list(_lines(read_bytes(home / FILE) or b""))
    ended = {line.id: line for line in lines if isinstance(line, Ended)}
    return [Sent(begun=line, ended=ended.get(line.id)) for line in lines if isinstance(line, Begun)]


def _lines(data: bytes) -> Iterator[Begun | Ended]:
    """What is not whole is of somebody who was killed: nothing had left, or it broke off."""
    for line in data.splitlines():
        try:
            yield decode(line, Begun | Ended)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
