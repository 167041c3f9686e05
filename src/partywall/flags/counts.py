"""Reads what the service of an environment has counted (`service/document.py` says more)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.system.decoding import decode
from partywall.system.files import corrupted, read_bytes

VERSION = 1
NAME = "counts.json"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluations of one day, by UTC."""

    single: int
    """Of the flag by its name."""
    bulk: int
    """Of all flags at once."""


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of one variant; that with an empty name is the app's own default."""

    days: dict[str, Day]
    """By dates such as 2026-03-02; up to 90 days back."""
    last: str
    """Time of the last evaluation in UTC, such as 2026-03-02T09:30:01Z; empty: there was none."""
    users: int
    """Distinct users in the present run of the service."""
    users_before: int
    """The sum of those of former runs; who came back is counted once more."""
    outcomes: dict[str, int]
    """How many users had each."""
    visits: int = 0
    """Users, each once in five minutes; what has been since a moment is a difference."""
    visits_with: dict[str, int] = {}
    """The same of users with an outcome."""

    @property
    def evaluations(self) -> int:
        """Of all the days that are kept."""
        return sum(day.single + day.bulk for day in self.days.values())


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of one flag."""

    users_full: bool
    """Whether there were more users in the present run than are told apart."""
    outcomes_full: bool
    """The same of users with outcomes."""
    variants: dict[str, Variant]

    @property
    def last(self) -> str:
        """Time of the last evaluation in UTC; empty: there was none."""
        return max((variant.last for variant in self.variants.values()), default="")


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is counted in an environment."""

    version: int = VERSION
    since: str = ""
    """When counting began, in UTC; empty: it has not."""
    written: str = ""
    """When the service wrote this."""
    flags: dict[str, Flag] = {}


def read(folder: Path) -> Counts:
    """What the service has written to its folder; nothing is counted while there is no file.

    Raises:
        MachineFailed: when the file is damaged or cannot be read.
    """
    path = folder / NAME
    data = read_bytes(path)
    if data is None:
        return Counts()
    try:
        counts = decode(data, Counts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error
    if counts.version != VERSION:
        raise corrupted(path, f"it has version {counts.version}, not {VERSION}")
    return counts
