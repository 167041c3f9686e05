"""Rollouts as the command line asks for them."""

from __future__ import annotations

import pytest

from partywall.flags.climbing import After
from partywall.model.errors import BadInput
from partywall.workflows.flags.asked import climb


def test_steps_and_their_time_make_a_rollout() -> None:
    made = climb("1%,10,50,100%", "1h", 1000.0, most_errors=2.0, back=True)
    assert (made.steps, made.hold_seconds) == ((1.0, 10.0, 50.0, 100.0), 3600.0)
    assert (made.started, made.since, made.percent) == (1000.0, 1000.0, 1.0)
    assert (made.after, made.bounds.most_errors) == (After.BACK, 2.0)


@pytest.mark.parametrize(
    ("percents", "every", "errors"),
    [
        ("1,10", "", None),
        ("10,1", "1h", None),
        ("1,x", "1h", None),
        ("1,10", "soon", None),
        ("1,10", "1h", 200.0),
        ("0,10", "1h", None),
        ("1,101", "1h", None),
    ],
)
def test_what_cannot_be_climbed_is_said(percents: str, every: str, errors: float | None) -> None:
    with pytest.raises(BadInput) as caught:
        climb(percents, every, 0.0, most_errors=errors)
    assert "--every" in caught.value.remedy
