"""What a rehearsal says: the verdict with its reasons, and everything behind it."""

from __future__ import annotations

import msgspec

from partywall.rehearsal.case import Case
from partywall.rehearsal.lint import Linted
from partywall.rehearsal.reasons import Reason, Verdict, verdict


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    reasons: tuple[Reason, ...]
    case: Case
    notes: tuple[str, ...] = ()
    linted: Linted = Linted()

    @property
    def verdict(self) -> Verdict:
        """Whether it is safe; accepted risks are risks."""
        return verdict(self.reasons)

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it but what was accepted: exit code 0, otherwise 1."""
        return all(reason.accepted for reason in self.reasons)
