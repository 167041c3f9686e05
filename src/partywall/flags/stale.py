"""Which flags have had their time, and which were never there; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

import msgspec

from partywall.flags.known import Finding, Kind, Known
from partywall.flags.scanning.found import Found, Use
from partywall.flags.scanning.tests import is_test
from partywall.model.errors import BadInput

__all__ = ["DAYS", "Finding", "Kind", "Known", "stale"]

DAYS = 30
"""After as many, a flag that no longer decides anything is reported."""


def stale(flags: Sequence[Known], found: Found, today: date, *, days: int = DAYS) -> list[Finding]:
    """What is the matter with flags, by kind and then by key.

    Args:
        flags: those that are defined.
        found: where code asks for flags.
        today: the date to judge by.
        days: for how long something must have been so, as `fully-on`, before it is said.

    Raises:
        BadInput: when a flag expires on something that is no date.
    """
    seen = _Seen(found, today, days)
    findings = [one for flag in flags for rule in _RULES for one in rule(flag, seen)]
    findings += _undefined({flag.key for flag in flags}, found)
    return sorted(findings, key=lambda one: (one.kind, one.flag, str(one.place)))


class _Seen(msgspec.Struct, frozen=True):
    """What the rules look at beside the flag."""

    found: Found
    today: date
    days: int

    def uses(self, flag: Known) -> list[Use]:
        """Where code asks for it."""
        return [use for use in self.found.uses if use.key == flag.key]

    def since(self, seconds: float) -> int:
        """How many days have passed."""
        return (self.today - datetime.fromtimestamp(seconds, UTC).date()).days


def _fully_on(flag: Known, seen: _Seen) -> Iterator[Finding]:
    if flag.on_days is not None and flag.on_days > seen.days:
        yield _about(
            Kind.FULLY_ON,
            flag,
            f"production has had it on for everybody for {_days(flag.on_days)}",
            f"{_out_of(seen.uses(flag), 'on')}then delete it here",
        )


def _fully_off(flag: Known, seen: _Seen) -> Iterator[Finding]:
    if flag.off_days is not None and flag.off_days > seen.days:
        yield _about(
            Kind.FULLY_OFF,
            flag,
            f"every environment has had it off for {_days(flag.off_days)}",
            f"turn it on somewhere, or {_out_of(seen.uses(flag), 'off')}then delete it here",
        )


def _expired(flag: Known, seen: _Seen) -> Iterator[Finding]:
    ends = _ends(flag) if flag.expires else None
    if ends is not None and ends < seen.today:
        ago = _days((seen.today - ends).days)
        asks = f"ask {flag.owner} whether it is still wanted: " if flag.owner else ""
        yield _about(
            Kind.EXPIRED,
            flag,
            f"it was to be gone after {flag.expires}, which is {ago} ago",
            f"{asks}take it out of the code and delete it here, or give it a later date",
        )


def _unevaluated(flag: Known, seen: _Seen) -> Iterator[Finding]:
    if flag.counted is None or seen.since(flag.counted) <= seen.days:
        return
    if flag.evaluated is not None and seen.since(flag.evaluated) <= seen.days:
        return
    last = flag.evaluated
    whole = f"in all {_days(seen.since(flag.counted))} that are counted"
    ago = whole if last is None else f"for {_days(seen.since(last))}"
    yield _about(
        Kind.UNEVALUATED,
        flag,
        f"nobody has asked for it {ago}",
        "see whether what asks for it still runs; if not, take it out of the code, and"
        " delete it here",
    )


def _unused(flag: Known, seen: _Seen) -> Iterator[Finding]:
    uses = seen.uses(flag)
    if not all(is_test(use.place.file) for use in uses):
        return
    who = f"only tests ask for it, as in {_places(uses)}" if uses else "no code asks for it"
    hidden = seen.found.unreadable
    if not hidden:
        yield _about(Kind.UNUSED, flag, who, "delete it here, or ask for it in the code")
        return
    several = f"{len(hidden)} places ask" if len(hidden) > 1 else "one place asks"
    yield _about(
        Kind.UNUSED,
        flag,
        f"{who} by its name, but {several} for a flag whose key cannot be read",
        f"look at {_places(hidden)}; delete it here if none of them can mean it",
    )


_RULES = (_fully_on, _fully_off, _expired, _unevaluated, _unused)


def _undefined(keys: set[str], found: Found) -> Iterator[Finding]:
    """Keys that no file defines; those that only tests make up are theirs."""
    asked: dict[str, list[Use]] = {}
    for use in found.uses:
        if use.key not in keys and not is_test(use.place.file):
            asked.setdefault(use.key, []).append(use)
    for key, uses in asked.items():
        yield Finding(
            kind=Kind.UNDEFINED,
            flag=key,
            place=uses[0].place,
            says=f"the flag {key} is asked for at {_places(uses)}, and no file defines it:"
            " the code always gets what it falls back on",
            remedy="define it, or correct its name in the code",
        )


def _about(kind: Kind, flag: Known, what: str, remedy: str) -> Finding:
    says = f"the flag {flag.key} ({flag.place}): {what}"
    return Finding(kind=kind, flag=flag.key, place=flag.place, says=says, remedy=remedy)


def _ends(flag: Known) -> date:
    try:
        return date.fromisoformat(flag.expires)
    except ValueError:
        raise BadInput(
            f"the flag {flag.key} expires on “{flag.expires}”, which is no date",
            where=flag.place,
            remedy="write year, month and day, as 2026-12-31",
        ) from None


def _out_of(uses: Sequence[Use], state: str) -> str:
    if not uses:
        return ""
    return f"take it out of {_places(uses)}, keep what the code does while it is {state}, "


def _places(uses: Iterable[Use] | Iterable[object]) -> str:
    """The first place, and how many there are beside it."""
    places = [str(getattr(use, "place", "")) for use in uses]
    more = len(places) - 1
    if not more:
        return places[0]
    return f"{places[0]} and {more} more place{'s' if more > 1 else ''}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
