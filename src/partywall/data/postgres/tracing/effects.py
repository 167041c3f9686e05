"""What each command did to tables: rewritten, read whole, dropped, and how much it wrote; pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.event import DROP, END, REWRITE, START, Event, Thing
from partywall.data.postgres.tracing.relations import Relation, Tables

Points = Sequence[tuple[float, int]]
"""Moments, and how far the log of writes was."""


def rewritten(one: Command, tables: Tables) -> tuple[Relation, ...]:
    """The tables of which it wrote every row anew."""
    oids = dict.fromkeys(
        thing.oid for told in one.events if told.event == REWRITE for thing in told.things
    )
    return tuple(table for oid in oids if (table := tables.by_oid.get(oid)))


def read(one: Command, tables: Tables) -> dict[int, int]:
    """Table → rows that a change of the schema read there."""
    found: dict[int, int] = {}
    begun: dict[int, int] = {}
    for told in one.events:
        if told.event == START:
            begun = told.reads
        elif told.event == END:
            for oid, rows in told.reads.items():
                found[oid] = max(found.get(oid, 0), rows - begun.get(oid, 0))
    return {oid: rows for oid, rows in found.items() if rows > 0 and oid in tables.by_oid}


def dropped(one: Command) -> tuple[Thing, ...]:
    """What is not there any more after it."""
    return tuple(
        dict.fromkeys(thing for told in one.events if told.event == DROP for thing in told.things)
    )


def made(one: Command) -> tuple[Thing, ...]:
    """What it made or changed."""
    return tuple(
        dict.fromkeys(thing for told in one.events if told.event == END for thing in told.things)
    )


def patience(one: Command) -> str:
    """How long it would have waited for a lock, as the session had set it."""
    return one.events[0].patience if one.events else ""


def points(commands: Sequence[Command], sampled: Points) -> list[tuple[float, int]]:
    """Every moment at which it was seen how far the log of writes was."""
    own = [(told.at, told.wal) for one in commands for told in one.events]
    return sorted([*sampled, *own])


def wal(one: Command, known: Points) -> int | None:
    """Bytes that the server wrote meanwhile, as nearly as was looked; None: nobody looked."""
    inner = _inner(one.events)
    if inner is not None:
        return inner
    before = bisect_right(known, (one.started, 1 << 63)) - 1
    after = bisect_left(known, (one.until, 0))
    if before < 0 or after >= len(known):
        return None
    return max(0, known[after][1] - known[before][1])


def _inner(events: Sequence[Event]) -> int | None:
    starts = [told.wal for told in events if told.event == START]
    ends = [told.wal for told in events if told.event == END]
    return max(0, ends[-1] - starts[0]) if starts and ends else None
