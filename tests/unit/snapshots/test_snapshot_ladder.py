"""Which way to a snapshot is chosen, and what is said of the better ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.model.errors import MachineFailed
from partywall.workflows.snapshots.ladder import BASE_BACKUP, DUMP, REFLINK, Ground, choose

DATA, POOL, HOME = Path("/data"), Path("/pool"), Path("/home")


def test_a_place_that_shares_blocks_comes_first() -> None:
    way = choose(Ground(data=DATA, by_reference=(HOME,), stores=(POOL, HOME)))
    assert (way.method, way.folder, way.why) == (REFLINK, HOME, ())


def test_without_one_the_files_are_copied_and_it_says_why() -> None:
    way = choose(Ground(data=DATA, by_reference=(), stores=(POOL, HOME)))
    assert (way.method, way.folder) == (BASE_BACKUP, POOL)
    assert "shares blocks" in way.why[0]


def test_a_dearer_way_can_be_asked_for() -> None:
    ground = Ground(data=DATA, by_reference=(HOME,), stores=(HOME,))
    assert choose(ground, BASE_BACKUP).method == BASE_BACKUP


def test_a_way_that_is_not_there_is_refused_with_the_one_that_is() -> None:
    with pytest.raises(MachineFailed) as caught:
        choose(Ground(data=DATA, by_reference=(), stores=(HOME,)), REFLINK)
    assert "shares blocks" in caught.value.what
    assert BASE_BACKUP in caught.value.remedy


def test_files_that_cannot_be_read_are_dumped_and_it_says_why() -> None:
    way = choose(Ground(data=None, by_reference=(), stores=(POOL, HOME)))
    assert (way.method, way.folder) == (DUMP, POOL)
    assert "only root" in way.why[0]


def test_a_server_that_does_not_let_its_files_be_copied_is_dumped() -> None:
    ground = Ground(data=DATA, by_reference=(HOME,), stores=(HOME,), unfit="it is a standby itself")
    way = choose(ground)
    assert way.method == DUMP
    assert way.why == (
        "the server's files cannot be copied while it works: it is a standby itself",
    )
    with pytest.raises(MachineFailed, match="standby"):
        choose(ground, REFLINK)


def test_a_dump_can_be_asked_for_where_better_ways_are() -> None:
    way = choose(Ground(data=DATA, by_reference=(HOME,), stores=(POOL, HOME)), DUMP)
    assert (way.method, way.why) == (DUMP, ())
