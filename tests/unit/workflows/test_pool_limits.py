"""How large a pool may be, and when it is short of room: arithmetic alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from partywall.execution.pool import Stage
from partywall.model.errors import BadInput, Refused
from partywall.workflows.checks.pool import filled
from partywall.workflows.pool import limits
from partywall.workflows.pool.limits import GIB
from partywall.workflows.pool.shown import Shown

AMOUNTS = some.integers(min_value=0, max_value=1 << 44)


@given(taken=AMOUNTS, free=AMOUNTS, more=AMOUNTS)
def test_a_full_pool_leaves_a_tenth_of_the_disk(taken, free, more):
    whole = taken + free + more
    found = limits.most(taken, free, whole)
    assert found >= 0
    if found:
        # What the file may still take, taken: a tenth is free.
        assert free - (found - taken) >= int(whole * 0.1)


@given(size=AMOUNTS, short=AMOUNTS, at_most=AMOUNTS)
def test_what_grows_has_the_room_and_keeps_the_bound(size, short, at_most):
    found = limits.grown(size, short, at_most)
    if found is not None:
        assert size + short <= found <= at_most
        assert found % GIB == 0 or found == at_most
    else:
        assert size + short * 1.1 + 1 > at_most


def test_sizes_that_cannot_be_are_refused_with_the_one_that_can():
    limits.refuse_size(GIB, GIB)
    with pytest.raises(BadInput, match="too small"):
        limits.refuse_size(GIB - 1, 10 * GIB)
    with pytest.raises(Refused, match="could fill the disk") as error:
        limits.refuse_size(8 * GIB, int(7.5 * GIB))
    assert "--size 7G" in error.value.remedy
    with pytest.raises(Refused) as error:
        limits.refuse_size(8 * GIB, GIB - 1)
    assert "--size" not in error.value.remedy


@pytest.mark.parametrize(("text", "size"), [("20G", 20 * GIB), ("1.5g", 3 * GIB // 2)])
def test_sizes_are_read(text, size):
    assert limits.parsed("--size", text) == size


@pytest.mark.parametrize("text", ["much", "0", "-1G", "20%"])
def test_what_is_no_size_is_said(text):
    with pytest.raises(BadInput, match="--by"):
        limits.parsed("--by", text)


def test_amounts_in_words():
    assert [limits.said(one) for one in (0, 300 << 20, GIB, 3 * GIB // 2)] == [
        "0 MiB",
        "300 MiB",
        "1 GiB",
        "1.5 GiB",
    ]


def pool(**more):
    made = {
        "folder": "/srv/pool",
        "on": "/srv/pool.img",
        "stage": Stage.READY,
        "mounted": True,
        "at_start": True,
        "size_bytes": 10 * GIB,
        "used_bytes": GIB,
        "free_bytes": 9 * GIB,
        "most_bytes": 20 * GIB,
        "disk_bytes": GIB,
        "snapshots": 1,
        "clones": 0,
    }
    return Shown(**{**made, **more})


def test_a_pool_with_room_is_no_finding():
    assert list(filled(pool(), 9 * GIB)) == []


def test_a_pool_that_is_nearly_full_is_found():
    (found,) = filled(pool(used_bytes=9 * GIB + 1, free_bytes=GIB - 1), 9 * GIB)
    assert found["what"] == "it is nearly full: 1023 MiB of 10 GiB are free"


def test_a_disk_that_could_not_hold_a_full_pool_is_found():
    (found,) = filled(pool(), 9 * GIB - 1)
    assert "9 GiB more of the disk beneath" in found["what"]
    assert list(filled(pool(disk_bytes=None, most_bytes=None), 0)) == []
