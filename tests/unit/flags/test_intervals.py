"""Intervals and the chi-square against published values, and what must hold of all of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partywall.flags.intervals import Interval, Share, beyond, newcombe, wilson


@st.composite
def shares(draw: st.DrawFn, least: int = 1) -> Share:
    users = draw(st.integers(least, 1_000_000))
    return draw(st.integers(0, users)), users


LEVELS = st.floats(0.5, 0.9999)


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        ((81, 263), 0.2553, 0.3662),
        ((15, 148), 0.0624, 0.1605),
        ((0, 20), 0.0, 0.1611),
        ((1, 29), 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(share: Share, low: float, high: float) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), pages 857 to 872, table I, method 3."""
    found = wilson(share)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_are_as_published(one: Share, other: Share, low: float, high: float) -> None:
    """The same volume, pages 873 to 890, table II, method 10."""
    found = newcombe(one, other)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_the_ends_of_wilson_solve_its_equation() -> None:
    """It is made of the shares whose own standard error reaches just as far as what was found."""
    found = wilson((30, 200), 0.95)
    for end in (found.low, found.high):
        assert abs(0.15 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 200))


def test_nobody_says_nothing() -> None:
    assert wilson((0, 0)) == Interval(0.0, 1.0)
    assert newcombe((0, 0), (1, 2)) == newcombe((1, 2), (0, 0)) == Interval(-1.0, 1.0)


@given(shares(), LEVELS)
def test_an_interval_holds_what_was_found(share: Share, level: float) -> None:
    found = wilson(share, level)
    assert 0 <= found.low <= share[0] / share[1] <= found.high <= 1
    assert found.low < found.high
    assert found.low == 0 or share[0]
    assert found.high == 1 or share[0] < share[1]


@given(shares(), LEVELS)
def test_who_did_not_mirrors_who_did(share: Share, level: float) -> None:
    outcomes, users = share
    found, mirrored = wilson(share, level), wilson((users - outcomes, users), level)
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@given(shares(), shares(), LEVELS)
def test_a_difference_holds_what_was_found(one: Share, other: Share, level: float) -> None:
    found = newcombe(one, other, level)
    assert -1 - 1e-12 <= found.low <= found.high <= 1 + 1e-12
    assert found.holds(one[0] / one[1] - other[0] / other[1])


@given(shares(0), shares(0), LEVELS)
def test_swapped_it_is_the_other_way_round(one: Share, other: Share, level: float) -> None:
    found, swapped = newcombe(one, other, level), newcombe(other, one, level)
    assert found.low == pytest.approx(-swapped.high, abs=1e-12)
    assert found.high == pytest.approx(-swapped.low, abs=1e-12)


@given(shares(), shares(), st.integers(2, 50))
def test_more_users_make_it_narrower(one: Share, other: Share, times: int) -> None:
    more, others = (one[0] * times, one[1] * times), (other[0] * times, other[1] * times)
    assert _width(wilson(more)) < _width(wilson(one))
    assert _width(newcombe(more, others)) < _width(newcombe(one, other))
    assert _width(newcombe(more, other)) < _width(newcombe(one, other))


@given(shares(), shares())
def test_to_be_surer_it_is_wider(one: Share, other: Share) -> None:
    assert _width(newcombe(one, other, 0.95)) < _width(newcombe(one, other, 0.99))


def _width(found: Interval) -> float:
    return found.high - found.low


@pytest.mark.parametrize(
    ("freedom", "squares", "chance"),
    [
        (1, 3.841, 0.05), (2, 5.991, 0.05), (3, 7.815, 0.05), (4, 9.488, 0.05), (10, 18.307, 0.05),
        (1, 10.828, 0.001), (2, 13.816, 0.001), (3, 16.266, 0.001), (9, 27.877, 0.001),
        (1, 0.0158, 0.9), (5, 1.610, 0.9), (30, 20.599, 0.9),
    ],
)  # fmt: skip
def test_chi_square_is_as_in_the_tables(freedom: int, squares: float, chance: float) -> None:
    assert beyond(squares, freedom) == pytest.approx(chance, rel=2e-3)


@given(st.integers(1, 60), st.floats(0, 1e9), st.floats(1e-6, 1e9))
def test_a_greater_chi_square_is_rarer(freedom: int, squares: float, more: float) -> None:
    assert 0 <= beyond(squares + more, freedom) <= beyond(squares, freedom) + 1e-12 <= 1 + 1e-12


def test_no_difference_is_what_chance_always_reaches() -> None:
    assert beyond(0.0, 1) == beyond(0.0, 2) == 1.0
