"""Every wall is broken on purpose in at least one way."""

from docs import sabotages
from partywall.proof import probes


def test_every_wall_is_broken_in_a_test_and_there_are_thirty_ways():
    every = sabotages.found()
    walls = {probe.name for probe in probes.found()}
    assert {one.wall for one in every} == walls
    assert len({(one.wall, one.what) for one in every}) == len(every)
    assert len(every) >= 30


def test_a_test_that_breaks_a_wall_looks_for_crossed():
    assert [one.test for one in sabotages.found() if not one.sees] == []
