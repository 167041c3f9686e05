"""The figures of a latency test, and what they may be taken for."""

from __future__ import annotations

import pytest

from partywall.proof.matrix.latency import longest_gap, percentile, verdict


@pytest.mark.parametrize(
    ("part", "found"), [(0.0, 1.0), (0.01, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)]
)
def test_a_percentile_is_one_of_the_times(part: float, found: float) -> None:
    assert percentile([float(one) for one in range(100, 0, -1)], part) == found


def test_of_one_time_every_percentile_is_it() -> None:
    assert percentile([3.0], 0.99) == 3.0


@pytest.mark.parametrize(
    ("quiet", "burning", "word"),
    [
        ([10, 10, 11, 10, 11], [12, 12, 13, 12, 13], "passed"),
        ([10, 10, 10, 10, 10], [12.5, 12.5, 12.5, 12.5, 12.5], "passed"),
        ([10, 10, 11, 10, 11], [14, 14, 14, 14, 14], "failed"),
        ([10, 10, 11, 10, 11], [10, 99, 10, 99, 10], "passed"),
        ([10, 14, 10, 14, 10], [10, 14, 10, 14, 10], "not measurable here"),
        ([10, 14, 10, 14, 10], [13, 18, 13, 18, 13], "not measurable here"),
        ([10, 14, 10, 14, 10], [50, 50, 50, 50, 50], "failed"),
    ],
)
def test_noise_is_never_a_pass(quiet: list[float], burning: list[float], word: str) -> None:
    assert verdict(quiet, burning).word == word


def test_a_verdict_says_its_figures() -> None:
    said = str(verdict([10, 11], [12, 12]))
    assert said == "passed: 1.15 times as long, quiet spreads by 1.10"


@pytest.mark.parametrize(
    ("answered", "gap"),
    [([], 10.0), ([2.0, 1.0, 9.0], 7.0), ([5.0], 5.0), ([0.0, 1.0], 9.0), ([1.0, 10.5], 9.5)],
)
def test_a_gap_reaches_from_one_answer_to_the_next(answered: list[float], gap: float) -> None:
    assert longest_gap(answered, 0.0, 10.0) == gap
