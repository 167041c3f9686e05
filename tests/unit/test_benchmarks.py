"""The pure parts of the benchmarks: medians in turn, ratios, verdicts, the table."""

import pytest
from benchmarks import flags, scale
from benchmarks.measure import Compared, Quiet, alternating, table

STILL = Quiet(load=0.2, busy=0.02)


def compared(**fields: object) -> Compared:
    return Compared(
        **{"name": "a / b", "ours": (3.0, 2.0, 100.0), "others": (1.0, 2.0, 1.0), "limit": 4.0}
        | {"quiet": STILL}
        | fields
    )


def test_one_odd_round_does_not_move_the_ratio():
    assert compared().ratio == 3.0


@pytest.mark.parametrize(
    ("fields", "holds", "verdict"),
    [
        ({}, True, "yes"),
        ({"limit": 3.0}, True, "yes"),
        ({"limit": 2.9}, False, "no"),
        ({"quiet": Quiet(load=6.2, busy=0.9)}, None, "load 6: not measurable"),
        ({"limit": 2.9, "quiet": Quiet(load=6.2, busy=0.9)}, None, "load 6: not measurable"),
        ({"ours": (), "trouble": "no port"}, None, "not measurable: no port"),
    ],
)
def test_the_verdict_is_about_us_or_there_is_none(fields, holds, verdict):
    row = compared(**fields)
    assert (row.holds, row.verdict) == (holds, verdict)


def test_a_result_without_measurements_has_no_ratio():
    assert compared(ours=(), trouble="no port").document()["ratio"] is None


def test_what_is_kept_holds_no_seconds():
    kept = compared().document()
    assert kept["rounds"] == 3
    assert not {"ours", "others"} & kept.keys()
    assert 100.0 not in kept.values()


def test_what_is_reported_beside_it_is_kept():
    figures = flags.Endpoint(2.0, [0.001] * 198 + [0.004, 0.003], 10_240).figures()
    assert figures == {"requests_per_second": 100, "p99_milliseconds": 3.0, "resident_mib": 10.0}
    assert compared(reported=figures).document()["reported"] == figures
    assert "reported" not in compared().document()


def test_both_are_measured_in_turn():
    order = []

    def measure(name: str) -> float:
        order.append(name)
        return float(len(order))

    ours, others = alternating(lambda: measure("ours"), lambda: measure("others"), 2)
    assert order == ["ours", "others", "ours", "others"]
    assert (ours, others) == ((1.0, 3.0), (2.0, 4.0))


def test_the_worse_of_two_looks_counts():
    assert Quiet(load=1, busy=0.5).worse(Quiet(load=2, busy=0.1)) == Quiet(load=2, busy=0.5)


def test_the_table_has_a_line_for_each():
    text = table([compared(), compared(name="longer / b", limit=2.0)])
    assert text.splitlines() == [
        "COMPARED    RATIO  LIMIT  HOLDS  ROUNDS",
        "a / b        3.00      4  yes         3",
        "longer / b   3.00      2  no          3",
    ]


def test_what_is_planned_at_scale_has_eight_services_each_and_is_new_once():
    first, second = scale.planned(scale.site(3))
    instances = [s.key for s in first.steps if s.key.count("/") == 1 and s.environment == "e1"]
    assert len(instances) == scale.SERVICES
    assert not second
