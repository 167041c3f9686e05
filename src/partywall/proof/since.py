"""What became of every attempt since an earlier proof; pure.

An attempt is known again by its wall, its two ends and its sentence, in which numbers do not
count: how many secrets or names were tried may change without a wall changing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from partywall.proof.probe import OUTSIDE, Attempt, Verdict
from partywall.proof.scope import Scope

_NUMBERS = re.compile(r"\b[0-9a-f]{12}\b|\d+")
"""A proof's own twelve digits, which are in names that nobody else has, and every count."""
_WORST = (Verdict.CROSSED, Verdict.COULD_NOT_TRY, Verdict.SHARED, Verdict.HELD)
_QUIET = (Verdict.HELD, Verdict.SHARED)
Name = tuple[str, str, str, str]
_Made = TypeVar("_Made", bound=Attempt)


class Row(Attempt, frozen=True, kw_only=True):
    """An attempt, when it was made (seconds since the epoch), and whether it is still made."""

    at: float
    missed: bool = False
    """Said to be made no longer, because an environment does not stand."""


class Change(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """An attempt that comes to something else than it did."""

    probe: str
    start: str
    to: str
    tried: str
    before: Verdict | None
    """None: it was not made."""
    now: Verdict | None
    """None: it is made no longer."""
    answer: str


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since an earlier proof."""

    at: float
    """When that was, in seconds since the epoch; of several the latest."""
    changed: tuple[Change, ...] = ()


def compare(
    before: Iterable[Row], now: Sequence[Attempt], scope: Scope, at: float
) -> tuple[Since | None, tuple[Row, ...]]:
    """What changed, and what is to be kept for the next time.

    Attempts that are no part of this proof stay as they are, those of environments that there are
    no more are forgotten, and those of an environment that does not stand are said to be made no
    longer once, and kept.

    Args:
        before: what was kept.
        now: this proof's attempts.
        scope: what this proof is about.
        at: when it was made, in seconds since the epoch.

    Returns:
        None in place of what changed when nothing of it was tried before.
    """
    ends = {end for one in now for end in (one.start, one.to)} | scope.known | {OUTSIDE}
    old = [row for row in before if {row.start, row.to} <= ends]
    mine = _named(row for row in old if scope.holds(row.start, row.to))
    others = [row for row in old if not scope.holds(row.start, row.to)]
    away = [row for row in others if not row.missed and scope.missing(row.start, row.to)]
    kept = [msgspec.structs.replace(row, missed=True) if row in away else row for row in others]
    found = _named(now)
    known = [row.at for row in (*mine.values(), *away)]
    changed = (*_differing(mine, found), *_gone(mine, found), *_absent(away, scope))
    rows = (*kept, *(_row(one, at) for one in now))
    return (Since(at=max(known), changed=changed) if known else None), rows


def _named(attempts: Iterable[_Made]) -> dict[Name, _Made]:
    """By name; of several with one name the worst."""
    found: dict[Name, _Made] = {}
    for one in attempts:
        name = (one.probe, one.start, one.to, _NUMBERS.sub("#", one.tried))
        if name not in found or _rank(one) < _rank(found[name]):
            found[name] = one
    return found


def _rank(one: Attempt) -> int:
    return _WORST.index(one.verdict)


def _differing(before: Mapping[Name, Attempt], now: Mapping[Name, Attempt]) -> Iterator[Change]:
    """An attempt between two of which none was made before is news only when it is bad."""
    pairs = {name[1:3] for name in before}
    for name, one in now.items():
        was = before.get(name)
        if was is None and one.verdict in _QUIET and name[1:3] not in pairs:
            continue
        if was is None or was.verdict is not one.verdict:
            yield _change(one, was.verdict if was else None, one.verdict, one.answer)


def _gone(before: Mapping[Name, Attempt], now: Mapping[Name, Attempt]) -> Iterator[Change]:
    for name, was in before.items():
        if name not in now:
            yield _change(was, was.verdict, None, "")


def _absent(away: Iterable[Row], scope: Scope) -> Iterator[Change]:
    for was in away:
        words = f"{scope.missing(was.start, was.to)} does not stand"
        yield _change(was, was.verdict, None, words)


def _change(one: Attempt, before: Verdict | None, now: Verdict | None, answer: str) -> Change:
    return Change(
        probe=one.probe,
        start=one.start,
        to=one.to,
        tried=one.tried,
        before=before,
        now=now,
        answer=answer,
    )


def _row(one: Attempt, at: float) -> Row:
    return Row(**{name: getattr(one, name) for name in one.__struct_fields__}, at=at)
