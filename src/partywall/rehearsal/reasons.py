"""What can be said against a migration."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from partywall.model.errors import Place


class Verdict(StrEnum):
    """What is thought of a migration, from the best."""

    SAFE = "safe"
    RISKY = "risky"
    """It runs; what else it does has to be wanted."""
    FAILS = "fails"


class Kind(StrEnum):
    """What a reason is about; those of risks can be accepted by this word."""

    FAILED = "failed"
    REAL_DATA = "real-data"
    TIMEOUT = "timeout"
    DEADLOCK = "deadlock"
    HEADS = "heads"
    TESTS = "tests"
    LONG_LOCK = "long-lock"
    REWRITE = "rewrite"
    INDEX = "index"
    SCAN = "scan"
    LOCK_ORDER = "lock-order"
    MANY_ROWS = "many-rows"
    DATA_LOSS = "data-loss"
    OLD_CODE = "old-code"
    NOT_AGAIN = "not-again"
    IRREVERSIBLE = "irreversible"
    TRAFFIC = "traffic"


FATAL = frozenset(
    {Kind.FAILED, Kind.REAL_DATA, Kind.TIMEOUT, Kind.DEADLOCK, Kind.HEADS, Kind.TESTS}
)
"""With any of these it cannot go to production as it is."""
RISKS = tuple(kind for kind in Kind if kind not in FATAL)


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that speaks against it."""

    kind: Kind
    what: str
    """A sentence."""
    remedy: str = ""
    """What to do instead, in words."""
    statement: int | None = None
    """The number of the command that it is about."""
    text: str = ""
    """Its SQL, shortened."""
    table: str = ""
    where: Place | None = None
    accepted: bool = False

    @property
    def fatal(self) -> bool:
        """Whether it fails for it."""
        return self.kind in FATAL


def verdict(reasons: tuple[Reason, ...]) -> Verdict:
    """The worst of them; accepted risks are risks."""
    if any(reason.fatal for reason in reasons):
        return Verdict.FAILS
    return Verdict.RISKY if reasons else Verdict.SAFE
