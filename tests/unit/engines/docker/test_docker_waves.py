"""What is asked for together is done together, and each gets its own answer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from partywall.engines.docker.waves import Waves


def test_one_call_serves_all_who_ask_at_once():
    calls: list[list[int]] = []
    waves: Waves[int] = Waves(lambda some: calls.append(sorted(some)))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(waves.do, range(8)))
    assert sorted(one for call in calls for one in call) == list(range(8))
    assert len(calls) < 8


def test_a_wave_that_fails_is_done_again_one_by_one():
    done: list[int] = []

    def act(some: Sequence[int]) -> None:
        if 3 in some:
            raise ValueError(str(some))
        done.extend(some)

    waves: Waves[int] = Waves(act)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(waves.do, number) for number in (1, 2, 3, 4)]
    assert sorted(done) == [1, 2, 4]
    with pytest.raises(ValueError, match=r"\[3\]"):
        futures[2].result()
