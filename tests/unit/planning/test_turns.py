"""Who sleeps keeps the data and ends first; who comes begins when nobody else is there."""

from __future__ import annotations

import msgspec

from fakes.simulator import apply
from fakes.worlds import database, edge, instance, route, server, volume
from partywall.model.plan import Action, Plan
from partywall.model.world import Job, World, environment_of
from partywall.planning.diff import plan
from partywall.planning.turns import in_turn, rest


def services(name: str) -> list:
    job = instance(f"{name}/job/prepare", f"{name}/db")
    return [
        volume(f"{name}/volume/rows"),
        server(f"{name}/db", f"{name}/volume/rows"),
        database(f"{name}/database/db", f"{name}/db"),
        Job(key=job.key, needs=job.needs, instance=job),
        instance(f"{name}/web", f"{name}/database/db", job.key),
        route(f"{name}/route/web", f"{name}/web", "machine/edge", f"{name}/web"),
    ]


def world(on: str, off: str) -> World:
    there = route(f"{off}/route/web", f"{off}/web", "machine/edge")
    return World.of([edge(), *services(on), msgspec.structs.replace(there, away=True)])


def switched(seen: World, on: str, off: str) -> Plan:
    return in_turn(plan(rest(world(on, off), seen, {off}), seen), {off})


FIRST = world("prod", "dev")


def test_the_data_of_who_sleeps_are_left_as_they_are():
    there = apply(switched(FIRST, "dev", "prod").steps, FIRST)
    kept = {"prod/volume/rows", "prod/database/db"}
    assert {key for key in there.entries if environment_of(key) == "prod"} == {
        *kept,
        "prod/route/web",
    }
    down = {key: msgspec.structs.replace(there.entries[key], running=False) for key in kept}
    asleep = World({**there.entries, **down})
    assert not switched(asleep, "dev", "prod")
    assert not rest(asleep, World(), {"prod"}).entries.keys() & kept


def test_nothing_of_who_comes_runs_before_the_last_of_who_goes_has_ended():
    turn = switched(FIRST, "dev", "prod")
    place = {step.key: number for number, step in enumerate(turn.steps)}
    gone = [step.key for step in turn.steps if step.action is Action.REMOVE]
    begun = ["dev/db", "dev/job/prepare", "dev/web"]
    assert set(gone) == {"prod/db", "prod/job/prepare", "prod/web"}
    for key in begun:
        assert set(gone) <= set(turn.waits[key])
    assert max(place[key] for key in gone) < min(place[key] for key in begun)
    assert all(place[before] < place[key] for key, every in turn.waits.items() for before in every)


def test_nobody_is_stopped_for_one_whose_ground_cannot_be_made():
    turn = switched(FIRST, "dev", "prod")
    for step in turn.steps:
        if step.environment == "prod":
            assert "dev/volume/rows" in turn.waits[step.key]


def test_the_edge_waits_for_nobody_s_turn():
    down = msgspec.structs.replace(FIRST.entries["machine/edge"], running=False)
    turn = switched(World({**FIRST.entries, "machine/edge": down}), "dev", "prod")
    assert "machine/edge" not in turn.waits
    assert "machine/edge" in turn.waits["prod/route/web"]


def test_a_plan_in_which_nobody_ends_stays_as_it_is():
    whole = plan(FIRST, World())
    assert in_turn(whole, {"dev"}) is whole
