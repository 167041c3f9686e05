"""What changed since the last proof: which attempts are the same ones, and what is kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from partywall.proof.probe import OUTSIDE, Attempt, Verdict
from partywall.proof.scope import Scope
from partywall.proof.since import Change, Row, Since, compare
from partywall.system.decoding import decode

ALL = ("prod", "dev")
KNOWN = frozenset({"prod", "dev", "old"})
H, C, N, S = Verdict.HELD, Verdict.CROSSED, Verdict.COULD_NOT_TRY, Verdict.SHARED


def scope(*named: str, standing: tuple[str, ...] = ALL) -> Scope:
    return Scope(standing=standing, named=frozenset(named), known=KNOWN)


def attempt(verdict: Verdict, tried: str = "try", **more: str) -> Attempt:
    given = {"probe": "cache", "start": "dev", "to": "prod", "answer": "said", **more}
    return Attempt(verdict=verdict, tried=tried, **given)


def told(since: Since | None) -> list[tuple[str, Verdict | None, Verdict | None]]:
    assert since is not None
    return [(one.tried, one.before, one.now) for one in since.changed]


def twice(
    before: list[Attempt], now: list[Attempt], about: Scope | None = None
) -> tuple[Since | None, tuple[Row, ...]]:
    """A proof of everything at 10, and one at 20."""
    _, rows = compare((), before, scope(), 10.0)
    return compare(rows, now, about or scope(), 20.0)


def test_the_first_proof_has_nothing_to_compare_with_and_is_kept() -> None:
    since, rows = compare((), [attempt(C), attempt(N, "more")], scope(), 10.0)
    assert since is None
    assert [(row.tried, row.verdict, row.at, row.missed) for row in rows] == [
        ("try", C, 10.0, False),
        ("more", N, 10.0, False),
    ]


def test_the_same_again_is_no_change() -> None:
    since, rows = twice([attempt(H), attempt(S, "b")], [attempt(S, "b"), attempt(H)])
    assert since == Since(at=10.0)
    assert {row.at for row in rows} == {20.0}


@pytest.mark.parametrize(("before", "now"), [(H, C), (C, H), (H, N), (N, H), (S, H), (H, S)])
def test_another_verdict_is_a_change(before: Verdict, now: Verdict) -> None:
    since, _ = twice([attempt(before)], [attempt(now, answer="new")])
    assert since is not None
    assert since.changed == (
        Change(probe="cache", start="dev", to="prod", tried="try", before=before, now=now,
               answer="new"),
    )  # fmt: skip


def test_numbers_do_not_make_another_attempt() -> None:
    nonce = "reach prod by a host name that nobody has (unknown-{}.app.localhost)"
    before = [attempt(H, "look up 9 names"), attempt(H, nonce.format("0a1b2c3d4e5f"))]
    now = [attempt(H, "look up 12 names"), attempt(H, nonce.format("fedcba987654"))]
    assert told(twice(before, now)[0]) == []


def test_of_several_attempts_of_one_name_the_worst_counts() -> None:
    both = [attempt(H, "port 1"), attempt(C, "port 2")]
    assert told(twice(both, both[::-1])[0]) == []
    assert told(twice(both, [attempt(H, "port 1")])[0]) == [("port 1", C, H)]


def test_what_is_tried_no_longer_or_for_the_first_time_is_said() -> None:
    since, _ = twice([attempt(H, "a"), attempt(H, "b")], [attempt(H, "b"), attempt(H, "c")])
    assert told(since) == [("c", None, H), ("a", H, None)]


def test_between_two_that_were_never_tried_only_bad_is_news() -> None:
    fresh = [attempt(verdict, str(verdict), to="old") for verdict in Verdict]
    everyone = scope(standing=("prod", "dev", "old"))
    since, _ = twice([attempt(H)], [attempt(H), *fresh], everyone)
    assert told(since) == [("crossed", None, C), ("could not try", None, N)]


def test_a_proof_of_a_part_says_and_changes_nothing_of_the_rest() -> None:
    before = [attempt(H, "a"), attempt(H, "b", start=OUTSIDE)]
    since, rows = twice(before, [attempt(C, "b", start=OUTSIDE)], scope("prod"))
    assert told(since) == [("b", H, C), ("a", H, None)]
    since, rows = twice(before, [attempt(C, "x", start=OUTSIDE, to="dev")],
                        scope("dev", "old", standing=(*ALL, "old")))  # fmt: skip
    assert since is None
    assert [(row.tried, row.verdict, row.at) for row in rows] == [
        ("a", H, 10.0),
        ("b", H, 10.0),
        ("x", C, 20.0),
    ]


def test_who_does_not_stand_is_said_once_and_compared_when_back() -> None:
    before = [attempt(H, "a"), attempt(C, "b"), attempt(H, "c", start=OUTSIDE)]
    alone = scope(standing=("prod",))
    only = [attempt(H, "c", start=OUTSIDE)]
    since, rows = twice(before, only, alone)
    assert told(since) == [("a", H, None), ("b", C, None)]
    assert since is not None
    assert {one.answer for one in since.changed} == {"dev does not stand"}
    since, rows = compare(rows, only, alone, 30.0)
    assert since == Since(at=20.0)
    since, rows = compare(rows, [attempt(H, "a"), attempt(H, "b"), *only], scope(), 40.0)
    assert told(since) == [("b", C, H)]
    assert not any(row.missed for row in rows)


def test_who_is_no_more_is_forgotten_without_a_word() -> None:
    _, rows = compare((), [attempt(H, to="gone"), attempt(H)], scope(), 10.0)
    since, rows = compare(rows, [attempt(H)], scope(), 20.0)
    assert since == Since(at=10.0)
    assert len(rows) == 1


def test_what_is_kept_is_read_again_as_it_was() -> None:
    _, rows = compare((), [attempt(C)], scope(), 10.0)
    data = msgspec.json.encode(rows)
    assert decode(data, tuple[Row, ...]) == rows
    assert {"from", "to", "at", "missed"} < set(decode(data)[0])


@pytest.mark.parametrize(
    ("named", "yes", "no"),
    [
        ((), [ALL, ("outside", "prod"), ("dev", "elsewhere")], [("prod", "old")]),
        (("dev",), [ALL, ("outside", "dev")], [("outside", "prod"), ("dev", "old")]),
        (ALL, [ALL, ("outside", "prod")], [("prod", "old"), ("third", "dev")]),
    ],
)
def test_a_proof_is_of_all_of_one_or_between_several(
    named: tuple[str, ...], yes: list[Any], no: list[Any]
) -> None:
    about = scope(*named, standing=(*ALL, "third"))
    assert all(about.holds(*ends) for ends in yes)
    assert not any(about.holds(*ends) for ends in no)
