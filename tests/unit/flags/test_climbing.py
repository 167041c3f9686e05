"""A rollout climbs a step at a time, each for its time, halts for good, and ends."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partywall.flags.climbing import Act, After, Bounds, Climb, Decision, Health, advance

WELL, ILL = Health(healthy=True), Health(healthy=False, says="503 at /health")
START, HOLD = 1000.0, 60.0
STEPS = (1.0, 10.0, 50.0, 100.0)


def climb(**fields: Any) -> Climb:
    given_ = {"steps": STEPS, "hold_seconds": HOLD, "started": START, "since": START}
    return Climb(**given_ | fields)


def test_it_waits_until_the_step_was_kept() -> None:
    found = advance(climb(), START + 59.9, WELL)
    assert (found.act, found.until, found.climb) == (Act.WAIT, START + HOLD, climb())
    assert found.says == "stays at 1% until that was so for 60 seconds"


def test_then_it_climbs() -> None:
    found = advance(climb(), START + HOLD, WELL)
    assert (found.act, found.until) == (Act.CLIMB, START + 2 * HOLD)
    assert found.climb == climb(step=1, since=START + HOLD)
    assert (found.climb.percent, found.says) == (10.0, "climbs from 1% to 10%")


def test_the_last_step_is_kept_for_its_time_as_well() -> None:
    last = climb(step=3)
    assert advance(last, START + 1, WELL).act is Act.WAIT
    found = advance(last, START + HOLD, WELL)
    assert (found.act, found.until, found.says) == (Act.DONE, None, "done, at 100%")
    assert found.climb == climb(step=3, done=True)
    assert found.climb.percent == 100.0


def test_it_need_not_end_at_everybody() -> None:
    assert advance(climb(steps=(5.0,)), START + HOLD, WELL).says == "done, at 5%"


@pytest.mark.parametrize("now", [START, START + 1, START + HOLD, START + 1e6])
def test_it_halts_at_any_time(now: float) -> None:
    found = advance(climb(step=2), now, ILL)
    assert (found.act, found.until) == (Act.HALT, None)
    assert (found.climb.halted, found.climb.step, found.climb.percent) == (ILL.says, 2, 50.0)
    assert found.says == "halted at step 3 of 4, stays at 50%: 503 at /health"


def test_it_goes_back_where_that_is_wanted() -> None:
    found = advance(climb(step=2, after=After.BACK), START, ILL)
    assert (found.act, found.climb.percent) == (Act.HALT, 0.0)
    assert found.says == "halted at step 3 of 4, goes back to 0%: 503 at /health"


def test_it_halts_for_errors() -> None:
    bounds = Bounds(most_errors=1)
    served = Health(healthy=True, requests=1000, errors=11)
    assert advance(climb(bounds=bounds), START, served).climb.halted.startswith("1.10% of 1000")
    assert advance(climb(), START, served).act is Act.WAIT


def test_where_errors_cannot_be_judged_yet_it_waits() -> None:
    bounds = Bounds(most_errors=1)
    found = advance(climb(bounds=bounds), START + HOLD, Health(healthy=True, requests=7, errors=7))
    assert (found.act, found.until, found.says) == (
        Act.WAIT,
        START + 2 * HOLD,
        "stays at 1%: errors cannot be judged by 7 visits, only by 100",
    )
    assert found.climb == climb(bounds=bounds)
    last = climb(bounds=bounds, step=3)
    assert advance(last, START + HOLD, WELL).act is Act.WAIT
    enough = Health(healthy=True, requests=100)
    assert advance(last, START + HOLD, enough).act is Act.DONE


def test_who_slept_climbs_one_step_and_keeps_it() -> None:
    late = START + 100 * HOLD
    found = advance(climb(), late, WELL)
    assert (found.climb.step, found.climb.since, found.until) == (1, late, late + HOLD)
    assert advance(found.climb, late, WELL).act is Act.WAIT


def test_a_clock_set_back_does_not_hold_it_for_ever() -> None:
    found = advance(climb(), START - 1e6, WELL)
    assert (found.act, found.until) == (Act.WAIT, START - 1e6 + HOLD)
    assert advance(found.climb, START - 1e6 + HOLD, WELL).act is Act.CLIMB


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"steps": ()}, "there is none"),
        ({"steps": (10.0, 1.0)}, "1% is not more than 10% before it"),
        ({"steps": (0.0, 1.0)}, "0% is not more than 0"),
        ({"hold_seconds": -1.0}, "cannot be kept for -1 seconds"),
        ({"hold_seconds": float("nan")}, "cannot be kept for nan seconds"),
        ({"step": 4}, "there is no step 5 of 4"),
        ({"step": -1}, "there is no step 0 of 4"),
    ],
)
def test_what_cannot_be_climbed_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        climb(**fields)


def test_it_is_kept_as_plain_values() -> None:
    found = advance(climb(after=After.BACK, bounds=Bounds(most_above=1)), START, ILL).climb
    assert msgspec.convert(msgspec.to_builtins(found), Climb) == found


@st.composite
def climbs(draw: st.DrawFn) -> Climb:
    parts = draw(st.sets(st.integers(1, 10_000), min_size=1, max_size=6))
    return climb(
        steps=tuple(part / 100 for part in sorted(parts)),
        hold_seconds=draw(st.floats(0, 1e6)),
        after=draw(st.sampled_from(After)),
        bounds=Bounds(most_errors=draw(st.none() | st.integers(0, 100)), least_requests=1),
    )


@st.composite
def healths(draw: st.DrawFn) -> Health:
    requests = draw(st.integers(0, 1000))
    errors = draw(st.integers(0, requests))
    healthy = draw(st.integers(0, 9)) > 0
    return Health(healthy=healthy, requests=requests, errors=errors)


LOOKS = st.lists(st.tuples(st.floats(-1e3, 1e7), healths()), max_size=30)
"""Seconds after the look before (the clock is sometimes set back), and what is seen."""


def looked(one: Climb, looks: list[tuple[float, Health]]) -> list[tuple[Climb, float, Decision]]:
    """Each look: the climb before it, when it was, and what was decided."""
    found, now = [], one.since
    for later, health in looks:
        now += later
        decision = advance(one, now, health)
        found.append((one, now, decision))
        one = decision.climb
    return found


@given(climbs(), LOOKS)
def test_it_never_skips_and_never_climbs_early(
    one: Climb, looks: list[tuple[float, Health]]
) -> None:
    for before, now, found in looked(one, looks):
        rises = found.climb.step - before.step
        assert rises == (found.act is Act.CLIMB)
        if found.act is Act.CLIMB or (found.climb.done and not before.done):
            assert now >= min(now, before.since) + before.hold_seconds
        if rises:
            assert found.climb.since == now
        if found.act in {Act.WAIT, Act.CLIMB}:
            assert found.until is not None
            assert now <= found.until <= now + one.hold_seconds


@given(climbs(), LOOKS)
def test_it_never_climbs_after_it_halted(one: Climb, looks: list[tuple[float, Health]]) -> None:
    for before, _, found in looked(one, looks):
        if before.halted or before.done:
            assert found.climb == before
            assert found.act is (Act.HALT if before.halted else Act.DONE)
        assert (found.act is Act.HALT) == bool(found.climb.halted)
        assert not (found.climb.halted and found.climb.done)


@given(climbs(), LOOKS)
def test_who_is_not_well_sees_it_climb_no_more(
    one: Climb, looks: list[tuple[float, Health]]
) -> None:
    for (before, _, found), (_, health) in zip(looked(one, looks), looks, strict=True):
        if not health.healthy and not before.done:
            assert found.act is Act.HALT
            assert found.climb.percent == (0 if one.after is After.BACK else before.percent)


@given(climbs(), st.floats(0, 1e7))
def test_it_ends_when_all_is_well(one: Climb, late: float) -> None:
    seen, now, looks = [one.percent], one.since, 0
    well = Health(healthy=True, requests=1)
    while not one.done and looks < 20:
        found = advance(one, now, well)
        one, now, looks = found.climb, (found.until or now) + late, looks + 1
        seen += [one.percent] * (found.act is Act.CLIMB)
    assert tuple(seen) == one.steps
    assert looks <= 2 * len(one.steps)
