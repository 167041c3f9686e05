"""Flags that have had their time, and keys that were never flags: each rule, and its edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from partywall.flags.scanning.found import Found, Unreadable, Use
from partywall.flags.stale import Finding, Kind, Known, stale
from partywall.model.errors import BadInput, Place

TODAY = date(2026, 6, 30)
HERE = Place("flags.yaml", 3)


def known(key="a", **more):
    return Known(key=key, place=HERE, **more)


def used(key="a", file="shop/cart.py", line=7):
    return Use(key, Place(file, line), "python")


def found(*uses, unreadable=0):
    hidden = (Unreadable(Place("shop/any.py", 5 + one)) for one in range(unreadable))
    return Found(uses, tuple(hidden))


def ago(days):
    then = datetime(TODAY.year, TODAY.month, TODAY.day, 23, tzinfo=UTC) - timedelta(days=days)
    return then.timestamp()


def kinds(flag, **more):
    return [one.kind.value for one in stale([flag], found(used(flag.key)), TODAY, **more)]


def only(flag, uses=None) -> Finding:
    (one,) = stale([flag], found(used()) if uses is None else uses, TODAY)
    return one


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        (known(), []),
        (known(on_days=30), []),
        (known(on_days=31), ["fully-on"]),
        (known(off_days=30), []),
        (known(off_days=31), ["fully-off"]),
        (known(expires="2026-06-30"), []),
        (known(expires="2026-06-29"), ["expired"]),
        (known(counted=ago(30)), []),
        (known(counted=ago(31)), ["unevaluated"]),
        (known(counted=ago(90), evaluated=ago(30)), []),
        (known(counted=ago(90), evaluated=ago(31)), ["unevaluated"]),
        (known(evaluated=ago(90)), []),
        (known(on_days=40, expires="2026-01-01"), ["expired", "fully-on"]),
    ],
)
def test_after_thirty_days_and_not_on_the_thirtieth(flag, expected):
    assert kinds(flag) == expected


def test_how_many_days_is_a_matter_of_taste():
    assert kinds(known(on_days=8), days=7) == ["fully-on"]
    assert kinds(known(counted=ago(8)), days=7) == ["unevaluated"]
    assert kinds(known(on_days=40), days=60) == []


def test_what_is_on_for_all_is_taken_out_where_it_is_asked_for():
    one = only(known(on_days=41), found(used(), used(line=9), used(file="b.go", line=2)))
    assert (
        one.says == "the flag a (flags.yaml:3): production has had it on for everybody for 41 days"
    )
    assert one.remedy == (
        "take it out of shop/cart.py:7 and 2 more places, keep what the code does while it is on,"
        " then delete it here"
    )
    assert one.place == HERE


def test_what_is_off_for_all_may_be_wanted_yet():
    one = only(known(off_days=50))
    assert "every environment has had it off for 50 days" in one.says
    assert one.remedy.startswith("turn it on somewhere, or take it out of shop/cart.py:7, keep")


def test_the_owner_is_asked_about_what_has_expired():
    one = only(known(expires="2026-06-29", owner="ada@example.org"))
    assert "was to be gone after 2026-06-29, which is 1 day ago" in one.says
    assert one.remedy.startswith("ask ada@example.org whether it is still wanted: take it out")
    assert only(known(expires="2026-06-01")).remedy.startswith("take it out of the code")


def test_a_date_that_is_none_is_said_with_its_place():
    with pytest.raises(BadInput, match="which is no date") as error:
        stale([known(expires="June")], Found(), TODAY)
    assert error.value.where == HERE


def test_nobody_has_asked_since_or_ever():
    assert "for 45 days" in only(known(counted=ago(90), evaluated=ago(45))).says
    assert "in all 90 days that are counted" in only(known(counted=ago(90))).says


def test_what_no_code_asks_for_is_deleted():
    one = only(known(), found())
    assert (one.kind, one.place) == (Kind.UNUSED, HERE)
    assert one.says == "the flag a (flags.yaml:3): no code asks for it"
    assert one.remedy == "delete it here, or ask for it in the code"


def test_with_unreadable_questions_one_looks_first():
    one = only(known(), found(unreadable=1))
    assert "no code asks for it by its name, but one place asks for a flag whose key" in one.says
    assert one.remedy == "look at shop/any.py:5; delete it here if none of them can mean it"
    assert "but 3 places ask for" in only(known(), found(unreadable=3)).says


def test_what_only_tests_ask_for_is_not_used():
    one = only(known(), found(used(file="tests/test_cart.py")))
    assert one.kind == Kind.UNUSED
    assert "only tests ask for it, as in tests/test_cart.py:7" in one.says
    assert stale([known()], found(used(file="tests/test_cart.py"), used()), TODAY) == []


def test_a_key_that_no_file_defines_is_said_once_where_it_is_asked_for():
    uses = found(used(), used("typo", line=8), used("typo", line=9))
    (one,) = stale([known()], uses, TODAY)
    assert (one.kind, one.flag, one.place) == (Kind.UNDEFINED, "typo", Place("shop/cart.py", 8))
    assert one.says.startswith("the flag typo is asked for at shop/cart.py:8 and 1 more place, and")
    assert one.remedy == "define it, or correct its name in the code"


@pytest.mark.parametrize(
    "file",
    [
        "tests/a.py",
        "shop/test_a.py",
        "conftest.py",
        "a_test.go",
        "web/a.spec.tsx",
        "src/test/java/A.java",
        "CartTest.java",
        "web/__tests__/a.js",
        "spec/a_spec.rb",
    ],
)
def test_keys_that_tests_make_up_are_theirs(file):
    assert stale([], found(used(file=file)), TODAY) == []


@pytest.mark.parametrize(
    "file", ["latest/a.py", "attest.py", "contest.go", "testify.py", "Contest.java"]
)
def test_not_everything_with_those_letters_is_a_test(file):
    assert [one.kind for one in stale([], found(used(file=file)), TODAY)] == [Kind.UNDEFINED]


def test_findings_are_sorted_by_kind_and_key():
    flags = [known("b", on_days=40), known("a", on_days=40), known("c", expires="2020-01-01")]
    uses = found(used("a"), used("c"), used("z"), used("y"))
    said = [(one.kind.value, one.flag) for one in stale(flags, uses, TODAY)]
    assert said == sorted(said)
    assert said == [
        ("expired", "c"), ("fully-on", "a"), ("fully-on", "b"),
        ("undefined", "y"), ("undefined", "z"), ("unused", "b"),
    ]  # fmt: skip
