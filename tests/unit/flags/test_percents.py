"""Percentages and steps are read as they are written, and refused in whole sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partywall.flags.percents import percent, steps, unfit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10%", 10.0), ("10", 10.0), ("12.5", 12.5), (" 12.25 % ", 12.25), ("0", 0.0),
        ("0.01%", 0.01), ("100", 100.0), ("100.00%", 100.0), ("007", 7.0),
    ],
)  # fmt: skip
def test_a_percentage_is_read(text: str, found: float) -> None:
    assert percent(text) == found


@pytest.mark.parametrize(
    "text", ["", "%", "ten", "-1", "+1", "1e1", "12.345", "12.", ".5", "1,5", "1%%", "nan", "٣"]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no percentage such as 10% or"):
        percent(text)


@pytest.mark.parametrize("text", ["100.01", "101%", "9" * 400])
def test_more_than_all_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is more than 100%"):
        percent(text)


@given(st.integers(0, 10_000))
def test_every_hundredth_is_read(hundredths: int) -> None:
    assert percent(f"{hundredths // 100}.{hundredths % 100:02}%") == hundredths / 100


@pytest.mark.parametrize(
    ("text", "found"),
    [("1,10,50,100", (1, 10, 50, 100)), ("1%, 12.5% ,50 %", (1, 12.5, 50)), ("100", (100,))],
)
def test_steps_are_read(text: str, found: tuple[float, ...]) -> None:
    assert steps(text) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'' is no percentage"),
        ("1,,10", "'' is no percentage"),
        ("1,10,", "'' is no percentage"),
        ("0,10", "'0,10' are no steps such as 1,10,50,100: 0% is not more than 0 and at most 100"),
        ("1,10,10", "10% is not more than 10% before it"),
        ("1,50,10", "10% is not more than 50% before it"),
        ("1,200", "'200' is more than 100%"),
    ],
)
def test_what_does_not_rise_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="^.*" + why):
        steps(text)


def test_numbers_that_nobody_wrote_are_refused_as_well() -> None:
    assert unfit(()) == "there is none"
    assert unfit((1.0, float("nan"))) == "nan% is not more than 0 and at most 100"
    assert not unfit((0.01, 99.99, 100.0))
