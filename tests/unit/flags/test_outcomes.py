"""Outcomes are called different as often as they are, and hardly more often than is said."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partywall.flags.outcomes import ONE_LOOK, Compared, Counted, Outcome, Verdict, outcome

TENTH, EIGHTH, HALF = 6554 / 65536, 7864 / 65536, 0.5
"""Chances of a whole number of 65536ths: a tenth, twelve hundredths, a half."""


def of(*counted: tuple[int, int], **more: dict[str, float]) -> Outcome:
    """Of users and outcomes: `blue` is the control, others follow."""
    names = ("blue", "green", "red", "white")
    every = [Counted(name, *one) for name, one in zip(names, counted, strict=False)]
    return outcome("bought", every, "blue", **more)


def drawn(random_: random.Random, chance: float, users: int) -> int:
    """Users with the outcome: many users are one whole number, a bit each.

    Every digit of the chance, the least first, halves what is there, or halves what is missing.
    """
    found = 0
    for place in range(16):
        bits = random_.getrandbits(users)
        found = found | bits if round(chance * 65536) >> place & 1 else found & bits
    return found.bit_count()


def repeated(times: int, users: int, *chances: float) -> list[Outcome]:
    draw = random.Random(873)
    return [of(*((users, drawn(draw, chance, users)) for chance in chances)) for _ in range(times)]


def holding(found: Sequence[Compared], true: float) -> float:
    """Percent of intervals that hold the true difference, itself in percentage points."""
    return 100 * sum(one.low <= true <= one.high for one in found) / len(found)


def shown(found: Outcome) -> bool:
    return any(one.verdict in {Verdict.HIGHER, Verdict.LOWER} for one in found.compared)


def test_a_difference_is_said_with_its_bounds() -> None:
    found = of((10_000, 1000), (10_000, 1200))
    (one,) = found.compared
    assert (one.variant, one.control, one.verdict) == ("green", "blue", Verdict.HIGHER)
    assert one.says == (
        "green is higher than blue, by at least 1.13 and at most 2.87 percentage points"
    )
    assert (one.points, one.relative) == (pytest.approx(2.0), pytest.approx(20.0))
    assert found.level == pytest.approx(0.95)


def test_a_lower_one_is_said_in_plain_numbers() -> None:
    (one,) = of((3000, 1500), (3000, 1380)).compared
    assert one.verdict is Verdict.LOWER
    assert one.says == (
        "green is lower than blue, by at least 1.47 and at most 6.52 percentage points"
    )


def test_next_to_nothing_is_not_said_to_be_nothing() -> None:
    (one,) = of((3000, 1500), (3000, 1424)).compared
    assert one.says == "green is lower than blue, by anything up to 5.06 percentage points"


def test_no_difference_is_not_said_to_be_none() -> None:
    (one,) = of((10_000, 1000), (10_000, 1010)).compared
    assert one.verdict is Verdict.UNSHOWN
    assert one.says == (
        "no difference is shown: green may be 0.73 percentage points lower"
        " to 0.93 percentage points higher than blue"
    )


@pytest.mark.parametrize(
    ("blue", "green", "says"),
    [
        ((1000, 500), (99, 0), "too few: green has 99 users, and at least 100 are needed"),
        ((0, 0), (1000, 500), "too few: blue has 0 users, and at least 100 are needed"),
        ((1000, 2), (1000, 7), "too few: of 9 users with the outcome, 4.5 are due in green,"),
        (
            (10_000, 9900),
            (200, 190),
            "too few: of 110 users without the outcome, 2.2 are due in green,",
        ),
        ((1000, 0), (1000, 0), "too few: of 0 users with the outcome, 0.0 are due in green,"),
    ],
)
def test_too_few_are_shown_but_not_judged(
    blue: tuple[int, int], green: tuple[int, int], says: str
) -> None:
    (one,) = of(blue, green).compared
    assert one.verdict is Verdict.TOO_FEW
    assert one.says.startswith(says)
    assert one.low < one.high


def test_what_happens_no_more_is_not_too_few() -> None:
    (one,) = of((1000, 100), (1000, 0)).compared
    assert (one.verdict, one.relative) == (Verdict.LOWER, -100.0)


def test_just_enough_is_enough() -> None:
    assert of((100, 50), (100, 50)).compared[0].verdict is Verdict.UNSHOWN
    assert of((1000, 5), (1000, 5)).compared[0].verdict is Verdict.UNSHOWN


def test_nobody_is_no_rate() -> None:
    found = of((0, 0), (1000, 5))
    assert (found.rates[0].percent, found.rates[0].low, found.rates[0].high) == (None, 0.0, 100.0)
    assert (found.compared[0].points, found.compared[0].relative) == (None, None)
    assert (found.compared[0].low, found.compared[0].high) == (-100.0, 100.0)


def test_nothing_cannot_be_multiplied() -> None:
    (one,) = of((1000, 0), (1000, 50)).compared
    assert (one.points, one.relative, one.verdict) == (5.0, None, Verdict.HIGHER)


def test_one_variant_is_compared_with_none() -> None:
    found = of((263, 81))
    assert (found.compared, found.notes, found.level) == ((), (ONE_LOOK,), pytest.approx(0.95))
    (rate,) = found.rates
    assert (rate.low, rate.high) == (pytest.approx(25.53, abs=5e-3), pytest.approx(36.62, abs=5e-3))


def test_several_variants_have_wider_intervals() -> None:
    two, four = (of(*((2000, 200 + 10 * step) for step in range(size))) for size in (2, 4))
    assert four.level == pytest.approx(1 - 0.05 / 3)
    assert [one.variant for one in four.compared] == ["green", "red", "white"]
    assert four.compared[0].low < two.compared[0].low
    assert four.compared[0].high > two.compared[0].high
    assert four.rates[:2] == two.rates
    assert four.notes[1].startswith("3 variants are compared with one:")
    assert two.notes == (ONE_LOOK,)


def test_the_control_need_not_be_the_first() -> None:
    found = outcome("bought", [Counted("a", 200, 50), Counted("b", 200, 100)], "b")
    assert [one.variant for one in found.rates] == ["a", "b"]
    assert [(one.variant, one.control) for one in found.compared] == [("a", "b")]


def test_a_wrong_split_is_a_warning() -> None:
    parts = {"blue": 50.0, "green": 50.0}
    found = of((10_000, 1000), (9000, 1080), configured=parts)
    assert not found.trusted
    assert found.warnings[0].startswith("Users are not split as configured")
    assert found.split_chance is not None
    assert found.split_chance < 0.001
    fine = of((10_000, 1000), (9900, 1080), configured=parts)
    assert (fine.trusted, fine.warnings, fine.notes) == (True, (), (ONE_LOOK,))
    few = of((3, 1), (4, 2), configured=parts)
    assert (few.trusted, len(few.notes)) == (True, 2)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="11 users with the outcome, but only 10"):
        Counted("blue", 10, 11)
    for users, outcomes in ((-1, 0), (1, -1), (-2, -3)):
        with pytest.raises(ValueError, match="less than no users"):
            Counted("blue", users, outcomes)
    with pytest.raises(ValueError, match="red is none of the variants"):
        outcome("bought", [Counted("blue", 1, 1)], "red")
    with pytest.raises(ValueError, match="green is counted twice"):
        outcome("bought", [Counted(name, 1, 1) for name in ("blue", "green", "green")], "blue")


def test_all_of_it_is_plain_values() -> None:
    found = of((1000, 100), (1000, 120), (1000, 90), configured={"blue": 40, "green": 60})
    assert msgspec.convert(msgspec.to_builtins(found), Outcome) == found


def test_a_true_difference_is_in_95_of_100_intervals_and_found() -> None:
    found = repeated(2000, 10_000, TENTH, EIGHTH)
    assert 93.5 <= holding([one.compared[0] for one in found], 100 * (EIGHTH - TENTH)) <= 96.5
    verdicts = [one.compared[0].verdict for one in found]
    assert verdicts.count(Verdict.HIGHER) > 0.98 * len(found)
    assert Verdict.LOWER not in verdicts


@pytest.mark.parametrize(("users", "chance"), [(10_000, TENTH), (300, TENTH), (100, HALF)])
def test_where_there_is_none_hardly_any_is_shown(users: int, chance: float) -> None:
    found = repeated(2000, users, chance, chance)
    assert sum(map(shown, found)) <= 0.065 * len(found)
    assert holding([one.compared[0] for one in found], 0.0) >= 93.5


def test_of_several_variants_hardly_any_is_shown() -> None:
    found = repeated(2000, 3000, TENTH, TENTH, TENTH, TENTH)
    assert sum(map(shown, found)) <= 0.065 * len(found)


def test_of_several_variants_the_one_that_differs_is_found() -> None:
    found = repeated(500, 10_000, TENTH, TENTH, EIGHTH)
    assert sum(one.compared[1].verdict is Verdict.HIGHER for one in found) > 0.95 * len(found)
    together = [
        one.compared[0].low <= 0 <= one.compared[0].high
        and one.compared[1].low <= 100 * (EIGHTH - TENTH) <= one.compared[1].high
        for one in found
    ]
    assert sum(together) >= 0.935 * len(found)


def test_who_looks_ten_times_is_wrong_one_time_in_five() -> None:
    """What is said with every outcome is so."""
    draw, wrong = random.Random(10), 0
    for _ in range(1000):
        counts = [0, 0]
        seen = False
        for look in range(1, 11):
            counts = [count + draw.getrandbits(500).bit_count() for count in counts]
            seen = seen or shown(of(*((500 * look, count) for count in counts)))
        wrong += seen
    assert 150 <= wrong <= 240


@st.composite
def pairs(draw: st.DrawFn) -> tuple[int, int]:
    users = draw(st.integers(0, 1_000_000))
    return users, draw(st.integers(0, users))


@given(pairs(), pairs())
def test_the_verdict_is_what_the_interval_says(
    blue: tuple[int, int], green: tuple[int, int]
) -> None:
    (one,) = of(blue, green).compared
    assert one.points is None or one.low <= one.points <= one.high
    match one.verdict:
        case Verdict.HIGHER:
            assert one.low > 0
        case Verdict.LOWER:
            assert one.high < 0
        case Verdict.UNSHOWN:
            assert one.low <= 0 <= one.high


@given(pairs(), pairs())
def test_from_the_other_side_it_is_the_other_way_round(
    blue: tuple[int, int], green: tuple[int, int]
) -> None:
    one, other = (of(*both).compared[0] for both in ((blue, green), (green, blue)))
    assert one.low == pytest.approx(-other.high, abs=1e-9)
    turned = {Verdict.HIGHER: Verdict.LOWER, Verdict.LOWER: Verdict.HIGHER}
    assert other.verdict is turned.get(one.verdict, one.verdict)


@given(pairs(), st.data())
def test_every_rate_is_in_its_interval(blue: tuple[int, int], data: st.DataObject) -> None:
    others = data.draw(st.lists(pairs(), max_size=3))
    for rate in of(blue, *others).rates:
        assert 0 <= rate.low < rate.high <= 100
        assert rate.percent is None or rate.low <= rate.percent <= rate.high
