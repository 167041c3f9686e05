"""Planning takes time in proportion to what there is."""

import time

import pytest

from fakes.worlds import wide
from partywall.model.world import World
from partywall.planning.conflicts import check as check_conflicts
from partywall.planning.diff import plan
from partywall.planning.guard import check


def seconds(count: int, scope: str | None) -> float:
    wanted = wide(count)
    worlds = [(wanted, World()), (World(), wanted), (wanted, wanted)]
    best = 1e9
    for _ in range(3):
        began = time.process_time()
        for goal, found in worlds:
            check_conflicts(goal, scope)
            check(plan(goal, found, scope), found)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("scope", [None, "e7"])
def test_ten_times_the_environments_take_about_ten_times_as_long(scope):
    """Twenty leaves room for a busy machine; anything quadratic would take a hundred."""
    assert seconds(400, scope) < 20 * seconds(40, scope)
