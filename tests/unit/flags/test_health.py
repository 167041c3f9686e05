"""A rollout halts for what was counted, and not for what nobody counted."""

from __future__ import annotations

import pytest

from partywall.flags.health import Bounds, Health, unjudged, wrong

BOTH = Bounds(most_errors=5, most_above=1, least_requests=100)


def served(errors: int, requests: int, *others: int) -> Health:
    other_errors, other_requests = others or (0, 0)
    return Health(
        healthy=True,
        requests=requests,
        errors=errors,
        other_requests=other_requests,
        other_errors=other_errors,
    )


def test_who_is_not_well_halts() -> None:
    assert wrong(Health(healthy=False, says="503 at /health"), Bounds()) == "503 at /health"
    assert wrong(Health(healthy=False), Bounds()) == "the health check failed"
    assert not wrong(Health(healthy=True, says="200"), Bounds())


@pytest.mark.parametrize(
    ("health", "why"),
    [
        (served(5, 100), ""),
        (served(6, 100), "6.00% of 100 visits failed, more than 5%"),
        (served(99, 99), ""),
        (served(3, 100, 2, 100), ""),
        (
            served(4, 100, 2, 100),
            (
                "4.00% of visits failed, and 2.00% without the new variant:"
                " more than 1 percentage points apart"
            ),
        ),
        (served(4, 100, 0, 99), ""),
        (served(4, 100, 50, 100), ""),
        (served(9, 100, 9, 100), "9.00% of 100 visits failed, more than 5%"),
        (served(0, 0, 0, 0), ""),
    ],
)
def test_errors_are_judged_where_there_are_enough(health: Health, why: str) -> None:
    assert wrong(health, BOTH) == why


def test_without_bounds_no_error_is_one_too_many() -> None:
    assert not wrong(served(1000, 1000, 0, 1000), Bounds())


def test_what_cannot_be_judged_yet_is_said() -> None:
    assert unjudged(served(3, 99), BOTH) == "errors cannot be judged by 99 visits, only by 100"
    assert not unjudged(served(3, 100), BOTH)
    assert not unjudged(served(0, 0), Bounds())


@pytest.mark.parametrize("counts", [(2, 1), (-1, 1), (0, 1, 2, 1), (0, 0, -1, -1)])
def test_what_cannot_be_is_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="requests cannot have failed"):
        served(*counts)


@pytest.mark.parametrize(
    "bounds",
    [{"most_errors": -1}, {"most_above": 100.1}, {"most_errors": float("nan")}],
)
def test_bounds_are_percentages(bounds: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="of errors is not from 0 to 100"):
        Bounds(**bounds)


def test_no_request_judges_nothing() -> None:
    with pytest.raises(ValueError, match="less than 1 request"):
        Bounds(least_requests=0)
