"""Counting: days, users, outcomes, bounds, and what a later run makes of it."""

from __future__ import annotations

import copy
import json
import random

import pytest

from partywall.flags.service import counts as counting
from partywall.flags.service.counts import Counts
from partywall.flags.service.distinct import Distinct, Room
from partywall.flags.service.document import Document, checked

DAY = 86_400.0
MARCH = 1_772_352_000.0
"""2026-03-01, 08:00 UTC."""


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.at = MARCH

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def read_back(counts: Counts) -> Document:
    return checked(json.loads(json.dumps(counts.document())))


def test_a_document_is_as_it_is_described(clock: Clock) -> None:
    counts = Counts(now=clock)
    counts.evaluated("f", "on", "anna", "single")
    counts.evaluated("f", "on", "anna", "single")
    counts.evaluated("f", "on", "bert", "bulk")
    counts.evaluated("f", "", "", "single")
    counts.became("f", "on", "bought", "anna")
    clock.at += 60
    assert counts.changed
    assert read_back(counts) == {
        "version": 1,
        "since": "2026-03-01T08:00:00Z",
        "written": "2026-03-01T08:01:00Z",
        "flags": {
            "f": {
                "users_full": False,
                "outcomes_full": False,
                "variants": {
                    "on": {
                        "days": {"2026-03-01": {"single": 2, "bulk": 1}},
                        "last": "2026-03-01T08:00:00Z",
                        "users": 2,
                        "users_before": 0,
                        "visits": 2,
                        "visits_with": {"bought": 1},
                        "outcomes": {"bought": 1},
                    },
                    "": {
                        "days": {"2026-03-01": {"single": 1, "bulk": 0}},
                        "last": "2026-03-01T08:00:00Z",
                        "users": 0,
                        "users_before": 0,
                        "visits": 0,
                        "visits_with": {},
                        "outcomes": {},
                    },
                },
            }
        },
    }
    assert not counts.changed


def test_who_comes_again_is_a_visitor_again_and_one_user(clock: Clock) -> None:
    counts = Counts(now=clock)
    for _ in range(3):
        for user in ("anna", "bert"):
            counts.evaluated("f", "on", user, "single")
            counts.became("f", "on", "error", user)
            counts.became("f", "on", "error", user)
        clock.at += counting.VISIT_SECONDS
    variant = read_back(counts)["flags"]["f"]["variants"]["on"]
    assert (variant["users"], variant["visits"]) == (2, 6)
    assert (variant["outcomes"], variant["visits_with"]) == ({"error": 2}, {"error": 6})
    counts.evaluated("f", "off", "anna", "single")
    counts.became("f", "off", "error", "anna")
    assert read_back(counts)["flags"]["f"]["variants"]["off"]["visits_with"] == {"error": 1}
    later = Counts(read_back(counts), now=clock)
    later.evaluated("f", "on", "anna", "single")
    assert read_back(later)["flags"]["f"]["variants"]["on"]["visits"] == 7


def test_visitors_give_back_their_room(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "Room", lambda: Room(left=6))
    counts = Counts(now=clock)
    for _ in range(5):
        for user in ("anna", "bert"):
            counts.evaluated("f", "on", user, "single")
        clock.at += counting.VISIT_SECONDS
    variant = read_back(counts)["flags"]["f"]["variants"]["on"]
    assert (variant["users"], variant["visits"]) == (2, 10)


def test_counts_from_before_there_were_visits_are_read(clock: Clock) -> None:
    counts = Counts(now=clock)
    counts.evaluated("f", "on", "anna", "single")
    old = json.loads(json.dumps(counts.document()))
    for name in ("visits", "visits_with"):
        del old["flags"]["f"]["variants"]["on"][name]
    assert checked(old)["flags"]["f"]["variants"]["on"]["visits"] == 0


def test_nobody_can_be_told_from_it(clock: Clock) -> None:
    counts = Counts(now=clock)
    counts.evaluated("f", "on", "anna@example.org", "single")
    counts.became("f", "on", "bought", "anna@example.org")
    assert "anna" not in json.dumps(counts.document())
    assert Room().number("on", "anna") != Room().number("on", "anna")


def test_a_later_run_goes_on_with_the_numbers(clock: Clock) -> None:
    counts = Counts(now=clock)
    for user in "abc":
        counts.evaluated("f", "on", user, "single")
        counts.became("f", "on", "bought", user)
    clock.at += DAY
    later = Counts(read_back(counts), clock)
    later.evaluated("f", "on", "a", "single")
    later.became("f", "on", "bought", "a")
    on = later.document()["flags"]["f"]["variants"]["on"]
    assert (on["users"], on["users_before"], on["outcomes"]) == (1, 3, {"bought": 4})
    assert [day["single"] for day in on["days"].values()] == [3, 1]
    assert later.document()["since"] == "2026-03-01T08:00:00Z"


def test_an_outcome_counts_once_per_user_and_for_the_variant_of_the_first_time(
    clock: Clock,
) -> None:
    counts = Counts(now=clock)
    for variant in ("on", "on", "off"):
        assert counts.became("f", variant, "bought", "anna")
    assert counts.became("f", "off", "left", "anna")
    variants = counts.document()["flags"]["f"]["variants"]
    assert {name: one["outcomes"] for name, one in variants.items()} == {
        "on": {"bought": 1},
        "off": {"left": 1},
    }


def test_a_flag_has_so_many_outcomes_and_no_more(clock: Clock) -> None:
    counts = Counts(now=clock)
    for number in range(counting.OUTCOMES):
        assert counts.became("f", f"v{number % 2}", f"outcome-{number}", "anna")
    assert not counts.became("f", "v0", "one-more", "anna")
    assert counts.became("f", "v1", "outcome-0", "bert")
    assert counts.became("g", "v0", "one-more", "anna")


def test_what_is_older_than_ninety_days_goes(clock: Clock) -> None:
    counts = Counts(now=clock)
    counts.evaluated("f", "on", "", "single")
    counts.evaluated("f", "off", "", "single")
    counts.evaluated("gone", "on", "a", "single")
    counts.evaluated("kept", "on", "a", "single")
    counts.became("kept", "on", "bought", "a")
    clock.at += 90 * DAY
    counts.evaluated("f", "on", "", "single")
    assert len(counts.document()["flags"]["f"]["variants"]["on"]["days"]) == 2
    clock.at += DAY
    flags = counts.document()["flags"]
    assert {key: [*one["variants"]] for key, one in flags.items()} == {"f": ["on"], "kept": ["on"]}
    assert [*flags["f"]["variants"]["on"]["days"]] == ["2026-05-30"]
    assert flags["kept"]["variants"]["on"]["days"] == {}


def test_users_are_told_apart_up_to_a_bound_and_it_says_so(monkeypatch, clock: Clock) -> None:
    monkeypatch.setattr(Distinct.__init__, "__defaults__", (100,))
    counts = Counts(now=clock)
    for number in range(101):
        counts.evaluated("f", "on", f"user-{number}", "single")
        counts.became("f", "on", "bought", f"user-{number % 100}")
    flag = counts.document()["flags"]["f"]
    assert (flag["users_full"], flag["outcomes_full"]) == (True, False)
    assert flag["variants"]["on"]["users"] == 100
    assert flag["variants"]["on"]["days"]["2026-03-01"]["single"] == 101


def test_numbers_are_told_apart_as_a_set_does() -> None:
    chosen = random.Random(7)
    room, known = Room(), set()
    distinct = Distinct(room)
    numbers = [chosen.getrandbits(64) for _ in range(5_000)]
    for number in chosen.choices(numbers, k=20_000):
        assert distinct.add(number) == (number not in known)
        known.add(number)
    assert not distinct.full
    assert room.left == 1_000_000 - len(known)


def test_all_flags_together_have_a_bound() -> None:
    room = Room(left=3)
    one, other = Distinct(room), Distinct(room)
    assert [one.add(1), other.add(1), one.add(2), other.add(2)] == [True, True, True, False]
    assert (one.full, other.full) == (False, True)
    assert not one.add(1)
    assert not one.full


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("version",), True),
        (("since",), None),
        (("flags",), []),
        (("flags", "f"), {}),
        (("flags", "f", "users_full"), 0),
        (("flags", "f", "variants", "on", "users"), -1),
        (("flags", "f", "variants", "on", "users"), 1.5),
        (("flags", "f", "variants", "on", "days", "2026-03-01"), 3),
        (("flags", "f", "variants", "on", "outcomes"), {"bought": "1"}),
        (("flags", "f", "variants", "on", "odd"), 1),
    ],
)
def test_another_shape_is_refused(clock: Clock, path: tuple[str, ...], value: object) -> None:
    counts = Counts(now=clock)
    counts.evaluated("f", "on", "anna", "single")
    document = copy.deepcopy(counts.document())
    place: dict[str, object] = document  # type: ignore[assignment]
    for name in path[:-1]:
        place = place[name]  # type: ignore[assignment]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=r"shape|version"):
        checked(document)
