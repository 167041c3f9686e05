"""Every architecture lives: init, up, use, change, down, up again, destroy, and nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lives.points import POINTS, UNNAMED
from partywall import catalog
from partywall.axes.sense import check

if TYPE_CHECKING:
    from lives.conftest import Lives

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(900)]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("engine", [pytest.param("docker", marks=pytest.mark.docker), "embedded"])
def test_from_nothing_to_nothing(lives: Lives, engine: str, point: str) -> None:
    lives.of(engine, point).result()


def test_points_are_all_that_have_a_name_and_some_that_have_none() -> None:
    named = [catalog.choices([name]) for name in catalog.presets()]
    without = [point for point in POINTS.values() if point.choices not in named]
    assert len(without) == len(UNNAMED) >= 6
    assert len(POINTS) == len(named) + len(UNNAMED)
    for point in POINTS.values():
        check(point.choices)
