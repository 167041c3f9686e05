"""A split that is not the configured one is seen, and chance is not taken for one."""

from __future__ import annotations

import itertools
import random

import pytest

from partywall.flags.splits import UNTESTED, split

HALVES = {"blue": 50.0, "green": 50.0}


@pytest.mark.parametrize(
    ("blue", "green", "trusted"),
    [(5000, 5000, True), (5150, 4850, True), (5170, 4830, False), (4830, 5170, False)],
)
def test_the_bound_is_one_in_a_thousand(blue: int, green: int, trusted: bool) -> None:
    """The normal distribution's 3.29 standard deviations: 164.5 of 10,000 users."""
    found = split({"blue": blue, "green": green}, HALVES)
    assert found.trusted is trusted
    assert found.chance is not None
    assert (found.chance >= 0.001) is trusted


def test_it_says_who_is_missing() -> None:
    found = split({"blue": 5600, "green": 4400}, HALVES)
    assert found.says.startswith(
        "Users are not split as configured (blue 5600 users where about 5000 are due, green 4400"
    )
    assert "not to be trusted" in found.says


def test_parts_need_not_be_a_hundred() -> None:
    """Half of the users see neither."""
    assert split({"blue": 4000, "green": 1000}, {"blue": 40, "green": 10}).chance == 1.0
    assert not split({"blue": 2500, "green": 2500}, {"blue": 40, "green": 10}).trusted


def test_a_variant_that_nobody_saw_counts() -> None:
    assert not split({"blue": 1000}, HALVES).trusted
    assert split({"blue": 1000, "green": 0}, {"blue": 100, "green": 0}).trusted


@pytest.mark.parametrize("configured", [{"blue": 100.0}, {"blue": 100.0, "green": 0.0}])
def test_nobody_sees_what_is_not_configured(configured: dict[str, float]) -> None:
    found = split({"blue": 1000, "green": 1}, configured)
    assert not found.trusted
    assert found.says.startswith("1 user has seen green, which nobody ought to")
    assert "2 users have seen" in split({"blue": 1000, "green": 2}, configured).says


def test_too_few_are_not_tested() -> None:
    assert split({"blue": 400, "green": 0}, {"blue": 99, "green": 1}).says == UNTESTED
    assert split({"blue": 500, "green": 0}, {"blue": 99, "green": 1}).chance is not None
    assert split({}, HALVES).says == UNTESTED


def test_one_variant_cannot_be_split_wrongly() -> None:
    found = split({"blue": 1000}, {"blue": 100.0})
    assert (found.chance, found.trusted, found.says) == (None, True, "")


@pytest.mark.parametrize("part", [-1.0, float("nan"), float("inf")])
def test_what_is_no_percentage_is_refused(part: float) -> None:
    with pytest.raises(ValueError, match="of green is no percentage"):
        split({}, {"blue": 50.0, "green": part})


@pytest.mark.parametrize("parts", [(50, 50), (90, 10), (34, 33, 33), (70, 10, 10, 5, 5)])
def test_chance_is_as_often_as_it_says(parts: tuple[int, ...]) -> None:
    draw = random.Random(1998)
    configured = {f"v{number}": float(part) for number, part in enumerate(parts)}
    bounds = list(itertools.accumulate(parts))
    chances = []
    for _ in range(1000):
        seen = draw.choices(list(configured), cum_weights=bounds, k=500)
        chances.append(split({name: seen.count(name) for name in configured}, configured).chance)
    rare = sum(chance is not None and chance < 0.05 for chance in chances)
    assert 30 <= rare <= 70
