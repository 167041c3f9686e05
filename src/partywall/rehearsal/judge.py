"""All reasons for or against one migration, the gravest first; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from partywall.rehearsal.case import Case
from partywall.rehearsal.judging.changing import changing
from partywall.rehearsal.judging.failure import failure
from partywall.rehearsal.judging.locking import locking
from partywall.rehearsal.judging.oldcode import old_code
from partywall.rehearsal.judging.outcomes import outcomes
from partywall.rehearsal.judging.rows import rows
from partywall.rehearsal.judging.visitors import visitors
from partywall.rehearsal.reasons import Kind, Reason

_WHEN_DONE = (changing, locking, rows, old_code, outcomes)
"""What is said of a migration that came to its end."""


def reasons(case: Case, accept: Collection[Kind]) -> tuple[Reason, ...]:
    """Everything that speaks against it; what is accepted says so, and stays."""
    found = [*failure(case), *visitors(case)]
    if not any(reason.fatal for reason in failure(case)):
        found += [reason for judged in _WHEN_DONE for reason in judged(case)]
    return tuple(_accepted(one, accept) for one in _ordered(_once(found)))


def _once(found: Iterable[Reason]) -> list[Reason]:
    return list(dict.fromkeys(found))


def _ordered(found: Iterable[Reason]) -> list[Reason]:
    return sorted(found, key=lambda one: (not one.fatal, list(Kind).index(one.kind)))


def _accepted(reason: Reason, accept: Collection[Kind]) -> Reason:
    if reason.fatal or reason.kind not in accept:
        return reason
    return msgspec.structs.replace(reason, accepted=True)
