"""What the event triggers write into the log; pure."""

from __future__ import annotations

import msgspec

from partywall.data.postgres.tracing.watcher import MARK
from partywall.system.decoding import decode

START = "ddl_command_start"
END = "ddl_command_end"
DROP = "sql_drop"
REWRITE = "table_rewrite"


class Thing(msgspec.Struct, frozen=True):
    """What a command made, changed or dropped."""

    kind: str
    name: str
    oid: int


class Lock(msgspec.Struct, frozen=True):
    """A lock that the session has."""

    oid: int
    mode: str


class Event(msgspec.Struct, frozen=True):
    """One moment of one change of the schema."""

    event: str
    tag: str
    at: float
    wal: int
    patience: str
    """`lock_timeout`; `0`: it waits for ever."""
    things: tuple[Thing, ...] = ()
    locks: tuple[Lock, ...] = ()
    reads: dict[int, int] = {}
    """Table → rows that the session has read there since it was last asked for such sums."""


def event(message: str) -> Event | None:
    """The event that a message tells of; None when it is another one's."""
    if not message.startswith(MARK):
        return None
    return decode(message.removeprefix(MARK), Event)
