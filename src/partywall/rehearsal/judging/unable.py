"""What a copy could not do for want of disk or memory says nothing of a migration; pure."""

from __future__ import annotations

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.executed import Failure
from partywall.data.postgres.tracing.reading import shortened
from partywall.model.errors import MachineFailed
from partywall.rehearsal.case import Case
from partywall.rehearsal.judging.failure import against

_CLASSES = ("53", "58")
"""Insufficient resources, and errors of the system: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_OF_SETTINGS = "53400"
"""A bound that production's settings have as well, such as `temp_file_limit`."""
_OF_LOCKS = "locks_per_transaction"
"""What is advised where there is no room for a lock: that room is as in production."""


def refuse_unable(case: Case) -> None:
    """See that it was not the copy that failed.

    Raises:
        MachineFailed: when it ran out of what production has, or its machine did not do its part.
    """
    found = next((one for one in (*case.mine, *case.theirs) if _is_the_copys(one.failure)), None)
    if found is not None:
        raise MachineFailed(
            f"the copy ran out of disk or memory: no verdict; {against(found)}",
            detail=[_about(found)],
            remedy="free some disk where snapshots lie, or rehearse on a machine that has more "
            "memory: a copy gets a quarter of it",
        )


def _is_the_copys(failure: Failure | None) -> bool:
    if failure is None or not failure.code.startswith(_CLASSES):
        return False
    return failure.code != _OF_SETTINGS and _OF_LOCKS not in failure.hint


def _about(found: Command) -> str:
    return f"at: {shortened(found.text)}"
