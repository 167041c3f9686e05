"""How long a copy stays in which a migration is rehearsed."""

from __future__ import annotations

from partywall.rehearsal.wanted import Wanted
from partywall.workflows.rehearse.stage import lifetime

HOUR = 3600.0


def test_a_copy_stays_for_four_hours_at_least() -> None:
    assert lifetime(Wanted(migrate=("m",))) == 4 * HOUR


def test_it_stays_for_every_run_that_is_made_on_it() -> None:
    assert lifetime(Wanted(migrate=("m",), timeout=6 * HOUR)) == 8 * HOUR
    long = Wanted(migrate=("m",), timeout=6 * HOUR, again=True, downgrade=("d",))
    assert lifetime(long) == 20 * HOUR
