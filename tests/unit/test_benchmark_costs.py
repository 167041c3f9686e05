"""What an architecture costs: medians and ratios within one run, and no seconds in what is kept."""

import msgspec
import pytest
from benchmarks.costs import Cost, figures

from partywall.system.decoding import decode

MIB = 1 << 20


def cost(**fields):
    said = {"memory": {"prod": 100 * MIB, "dev": 80 * MIB, "machine": 20 * MIB}}
    said |= {"data": 50 * MIB, "running": 17, "things": 36, "seconds": 20.0}
    return Cost(**{**said, **fields})


def test_everything_is_beside_dual_of_the_same_round():
    dual = [cost(), cost(seconds=40.0), cost(seconds=10.0)]
    one = cost(memory={"prod": 50 * MIB, "machine": 50 * MIB}, seconds=10.0, files=50 * MIB)
    found = figures({"dual": dual, "one": [one, msgspec.structs.replace(one, seconds=20.0), one]})
    assert found["dual"].up_ratio == found["dual"].memory_ratio == found["dual"].disk_ratio == 1.0
    assert found["one"].up_ratio == 0.5
    assert found["one"].memory_ratio == 0.5
    assert found["one"].memory_mib == {"prod": 50, "machine": 50}
    assert (found["one"].disk_mib, found["one"].files_mib) == (100, 50)
    assert found["one"].disk_ratio == 2.0
    assert (found["one"].total_mib, found["dual"].total_mib) == (100, 200)


def test_a_switch_is_beside_one_by_hand():
    switched = [
        cost(switches=(2.0, 4.0), by_hand=(5.0, 7.0)),
        cost(switches=(3.0,), by_hand=(6.0,)),
    ]
    found = figures({"dual": [cost(), cost()], "profiles": switched})
    assert found["profiles"].switch_ratio == 0.5
    assert found["dual"].switch_ratio is None
    alone = figures({"dual": [cost()], "profiles": [cost(switches=(2.0,))]})
    assert alone["profiles"].switch_ratio is None


def test_rounds_that_are_missing_are_no_result():
    with pytest.raises(ValueError, match="zip"):
        figures({"dual": [cost()], "one": [cost(), cost()]})


def test_what_is_kept_can_be_read_back_and_holds_no_seconds():
    made = figures({"dual": [cost(seconds=12345.0)]})
    kept = msgspec.json.encode(made)
    assert b"12345" not in kept
    assert decode(kept, dict[str, type(made["dual"])]) == made
