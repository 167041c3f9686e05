"""The wall `limits` over a fake reach: what is read back, what a burst came to, who else ended."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from fakes.reach import Unasked
from partywall.interfaces import Agent, Bounds, Burst, Completed, Stand, Vitals
from partywall.model.app import Role
from partywall.model.errors import BadInput
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import Database, Instance, Limit, World
from partywall.proof.premises import Premises
from partywall.proof.probe import Attempt, Verdict
from partywall.proof.probes import limits
from partywall.proof.prove import Report, prove

MIB = 1 << 20
LIMIT = Limit(
    key="dev/limit/budget", cpus=1, cores=(3,), memory_bytes=200 * MIB, pids=50, yields=True
)
QUOTA = msgspec.structs.replace(LIMIT, cpus=0.5)
WELL = {
    "limits.allocate": {"outcome": "refused", "says": "killed after 96 MiB", "bytes": 96 * MIB},
    "limits.spin": {"outcome": "done", "says": "used", "used": 0.9, "cores": [3]},
}


class Group(Unasked):
    """One environment on a budget, and what the others come to while it bursts."""

    def __init__(self, bounds: Bounds | None, **answers: dict[str, Any]) -> None:
        self.held = bounds
        self.answers = {**WELL, **{f"limits.{do}": said for do, said in answers.items()}}
        self.asked: list[dict[str, Any]] = []
        self.before = {name: Vitals(programs={f"{name}-web": "1"}) for name in ("prod", "dev")}
        self.after = dict(self.before)
        self.nothing = ""

    def bounds(self, limit: Limit) -> Bounds | None:
        return self.held

    def burst(self, limit: Limit) -> Burst:
        if self.nothing:
            raise BadInput(self.nothing)
        return Burst(stand=Stand(name=limit.key), like="dev/web", memory_bytes=100 * MIB)

    def vitals(self, environment: str) -> Vitals:
        known = self.after if self.asked else self.before
        return known.get(environment, Vitals())

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        asks = json.loads(text)["asks"]
        self.asked += asks
        said = [self.answers[ask["do"]] for ask in asks]
        return Completed(code=0, out=json.dumps(said), err="")


class Store:
    """A value for every name."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{ref.name}-of-{environment}")


def run(reach: Group, *things: Any, limit: Limit | None = LIMIT, unknown: bool = False) -> Report:
    world = World.of(things)
    if unknown and limit is not None:
        world = World(world.entries, {limit.key: "the kernel cannot be asked"})
    given = {"world": world, "reach": reach, "secrets": Store(), "production": "prod"}
    budgets = {"dev": limit} if limit is not None else {}
    return prove(Premises(**given, limits=budgets), [limits.PROBE], ("prod", "dev"))


def said(report: Report) -> dict[str, Attempt]:
    """What stands for each attempt, by its first words."""
    return {" ".join(row.tried.split()[:2]): row for row in report.probes}


HELD = Bounds(inside=("dev/web", "dev/db"))


def test_what_is_inside_and_cannot_get_out_is_held() -> None:
    reach = Group(HELD)
    rows = run(reach).probes
    assert {row.verdict for row in rows} == {Verdict.HELD}, rows
    assert [(row.start, row.to) for row in rows] == [("dev", "prod")] * 5
    eat, spin = reach.asked
    assert eat["most"] > 100 * MIB, "it ends by itself, but not before it is too much"
    assert eat["most"] < 200 * MIB
    assert spin["processes"] == 2


def test_each_fault_and_each_stray_is_a_hole_and_says_so() -> None:
    broken = Bounds(outside=("dev/x runs outside",), faults=("pids.max is max, not 50",))
    found = said(run(Group(broken)))
    assert found["run something"].verdict is Verdict.CROSSED
    assert found["run something"].answer == "dev/x runs outside"
    assert found["find a"].verdict is Verdict.CROSSED
    assert found["find a"].answer == "pids.max is max, not 50"


def test_where_nothing_runs_nothing_is_shown() -> None:
    (row,) = run(Group(Bounds())).probes
    assert row.verdict is Verdict.COULD_NOT_TRY
    assert "nothing of dev runs" in row.answer


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        ({"outcome": "done", "says": "took all", "bytes": 150 * MIB}, Verdict.CROSSED, "took all"),
        ({"outcome": "refused", "says": "killed", "bytes": 104 * MIB}, Verdict.CROSSED, "killed"),
        ({"outcome": "refused", "says": "killed", "bytes": 100 * MIB}, Verdict.HELD, "killed"),
        (
            {"outcome": "refused", "says": "x", "bytes": 8 * MIB},
            Verdict.COULD_NOT_TRY,
            "too little",
        ),
        ({"outcome": "failed", "says": "no room"}, Verdict.COULD_NOT_TRY, "no room"),
    ],
)
def test_memory_is_judged_by_what_was_taken(
    answer: dict[str, Any], verdict: Verdict, words: str
) -> None:
    row = said(run(Group(HELD, allocate=answer)))["take more"]
    assert row.verdict is verdict
    assert words in row.answer


@pytest.mark.parametrize(
    ("limit", "used", "cores", "verdict"),
    [
        (LIMIT, 1.1, [3], Verdict.HELD),
        (LIMIT, 0.01, [3], Verdict.HELD),
        (LIMIT, 1.2, [3], Verdict.CROSSED),
        (LIMIT, 0.5, [2, 3], Verdict.CROSSED),
        (QUOTA, 0.5, [3], Verdict.HELD),
        (QUOTA, 0.6, [3], Verdict.CROSSED),
        (QUOTA, 0.1, [3], Verdict.COULD_NOT_TRY),
    ],
)
def test_processors_are_judged_by_time_and_by_place(
    limit: Limit, used: float, cores: list[int], verdict: Verdict
) -> None:
    """Where a count is the bound and others want the processors, the bound is not reached."""
    answer = {"outcome": "done", "says": "used", "used": used, "cores": cores}
    assert said(run(Group(HELD, spin=answer), limit=limit))["use more"].verdict is verdict


def test_a_burst_that_does_not_end_well_shows_nothing() -> None:
    failed = {"outcome": "failed", "says": "2 of 2 did not end well"}
    assert said(run(Group(HELD, spin=failed)))["use more"].verdict is Verdict.COULD_NOT_TRY


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (Vitals(programs={"prod-web": "2"}), "prod-web ended meanwhile"),
        (Vitals(), "prod-web ended meanwhile"),
        (Vitals(programs={"prod-web": "1"}, oom_kills=1), "1 killed for memory"),
    ],
)
def test_whatever_of_production_ends_meanwhile_is_a_hole(after: Vitals, words: str) -> None:
    reach = Group(HELD)
    reach.after["prod"] = after
    row = said(run(reach))["have something"]
    assert row.verdict is Verdict.CROSSED
    assert words in row.answer


def test_a_shared_server_that_ends_meanwhile_is_a_hole() -> None:
    reach = Group(HELD)
    reach.before["shared"] = Vitals(programs={"shared-db": "1"})
    row = said(run(reach))["have something"]
    assert (row.verdict, row.answer) == (Verdict.CROSSED, "shared-db ended meanwhile")


def test_the_environments_own_that_ended_is_said_beside_the_burst() -> None:
    reach = Group(HELD)
    reach.after["dev"] = Vitals(programs={"dev-web": "1"}, oom_kills=2)
    found = said(run(reach))
    assert "2 killed for memory" in found["take more"].answer
    assert found["have something"].verdict is Verdict.HELD


def test_a_burst_that_nothing_can_be_like_shows_nothing() -> None:
    reach = Group(HELD)
    reach.nothing = "nothing of dev runs"
    last = run(reach).probes[-1]
    assert (last.verdict, last.answer) == (Verdict.COULD_NOT_TRY, "nothing of dev runs")


def test_without_a_budget_development_may_take_all_and_production_is_not_told_off() -> None:
    (row,) = run(Group(HELD), limit=None).probes
    assert (row.start, row.verdict) == ("dev", Verdict.SHARED)
    assert "it has no budget" in row.answer


def test_a_budget_that_nobody_enforces_is_said_and_never_held() -> None:
    reach = Group(None)
    (row,) = run(reach).probes
    assert row.verdict is Verdict.SHARED
    assert "not enforced" in row.answer
    assert "200 MiB, 1 core, 50 processes" in row.tried
    assert reach.asked == []


def test_a_budget_of_which_nothing_is_known_could_not_be_tried() -> None:
    (row,) = run(Group(HELD), unknown=True).probes
    assert (row.verdict, row.answer) == (Verdict.COULD_NOT_TRY, "the kernel cannot be asked")


def test_a_server_that_others_use_too_works_on_its_own_account() -> None:
    server = Instance(key="shared/db", service="db", role=Role.DATABASE)
    part = Database(
        key="dev/database/db",
        server="shared/db",
        name="app_dev",
        owner="app_dev",
        kind="database",
        password=SecretRef("DB", 1),
    )
    row = said(run(Group(HELD), server, part))["keep db"]
    assert row.verdict is Verdict.SHARED
    assert "not counted on its budget" in row.answer
