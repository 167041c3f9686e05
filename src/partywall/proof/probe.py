"""What a probe is, what it works on and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from partywall.proof.case import Case

OUTSIDE = "outside"
"""Where a probe starts that comes from the network, and where one ends that leads to the world."""


class Verdict(StrEnum):
    """What an attempt shows about the wall."""

    HELD = "held"
    CROSSED = "crossed"
    SHARED = "shared by design"
    COULD_NOT_TRY = "could not try"


class Attempt(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """One attempt and what came back; `from` is the encoded name of `start`."""

    probe: str
    start: str
    to: str
    verdict: Verdict
    tried: str
    """A sentence."""
    answer: str
    """What came back, never a secret."""


class CouldNotTry(Exception):
    """A probe cannot show that it works, so it says nothing about the wall; carries the reason."""


Tries = Callable[["Case"], Iterable[Attempt]]


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One wall: attempts from one environment on another, and on one environment from outside."""

    name: str
    shows: str
    """The sentence that explains the probe to a reader of the report."""
    across: Tries | None = None
    """Run for each ordered pair of environments."""
    outside: Tries | None = None
    """Run once per environment, `case.other`, from outside."""
    outward: Tries | None = None
    """Run once per environment outside production; `case.other` is what is outside."""
