"""What is known of a flag when it is judged, and what is said of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from partywall.model.errors import Place


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that is defined, and what is known of it.

    Attributes:
        on_days: for how many days production has had it on for everybody; None: it has not.
        off_days: for how many days no environment has had it on for anybody; None: one has.
        expires: the date after which it is to be gone, as `2026-12-31`; "" when there is none.
        evaluated: when it was last asked for, in seconds since 1970; None: never that is known of.
        counted: since when it is counted whether it is asked for, in seconds since 1970. That is
            never before there was the flag. None: it is not counted.
    """

    key: str
    place: Place
    on_days: int | None = None
    off_days: int | None = None
    owner: str = ""
    expires: str = ""
    evaluated: float | None = None
    counted: float | None = None


class Kind(StrEnum):
    """What is the matter with a flag."""

    FULLY_ON = "fully-on"
    FULLY_OFF = "fully-off"
    EXPIRED = "expired"
    UNEVALUATED = "unevaluated"
    UNUSED = "unused"
    UNDEFINED = "undefined"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is the matter with one flag."""

    kind: Kind
    flag: str
    place: Place
    says: str
    """A sentence: what is so, and where."""
    remedy: str
    """What to do."""
