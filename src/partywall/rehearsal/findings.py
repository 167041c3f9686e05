"""Everything that was found out about one migration; nothing in it is a judgement."""

from __future__ import annotations

import msgspec

from partywall.data.postgres.tracing.running import Running
from partywall.data.postgres.tracing.watch import Traced
from partywall.rehearsal.seen import Seen
from partywall.rehearsal.stage import Done


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """The migration, watched on a copy of its own."""

    done: Done
    before: Seen
    after: Seen
    traced: Traced
    began: float = 0.0
    """The server's time, after the traffic began."""
    ended: float = 0.0
    stuck: tuple[Running, ...] = ()
    """Who was at work when time was over; `timed_out` even if nobody was."""
    timed_out: bool = False
    traffic: Done | None = None


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """A further program on the same copy, and what it left."""

    done: Done
    after: Seen | None = None
    """Looked at when it succeeded."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; what was not asked for, or could not be tried any more, is None."""

    ran: Ran
    empty: Done | None = None
    """The same migration with no row in any table."""
    again: Repeat | None = None
    downgrade: Repeat | None = None
    tests: Done | None = None
    old_tests: Done | None = None
    old_tests_before: Done | None = None
    """On the former schema; asked when they fail on the new one."""
