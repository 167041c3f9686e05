"""A change of a schema for a moment: when it is made, who looks, what is said, that it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fakes.answering import FakeReach, FakeStore, Reply
from partywall.model.app import Role
from partywall.model.secret import SecretRef
from partywall.model.world import AnyThing, Database, Instance, World
from partywall.proof.inside.migrations import PREFIX
from partywall.proof.premises import Premises
from partywall.proof.probe import Verdict
from partywall.proof.probes import migrations
from partywall.proof.prove import Report, prove

NAMES = ("prod", "dev")


def own(environment: str) -> list[AnyThing]:
    return [
        Instance(key=f"{environment}/db", service="db", role=Role.DATABASE),
        Database(
            key=f"{environment}/database/db", server=f"{environment}/db", name="app", owner="app",
            password=SecretRef("DB", 1),
        ),
    ]  # fmt: skip


def common(environment: str, *, base: str = "app", schema: str = "") -> list[AnyThing]:
    return [
        Database(
            key=f"{environment}/database/db", server="shared/db", name=base, schema=schema,
            kind="schema" if schema else "database", owner=environment,
            password=SecretRef("DB", 1),
        ),
    ]  # fmt: skip


def run(reach: FakeReach, things: Sequence[AnyThing], **more: Any) -> Report:
    server = Instance(key="shared/db", service="db", role=Role.DATABASE)
    world = World.of([server, *things])
    premises = Premises(world=world, reach=reach, secrets=FakeStore(), **more)
    return prove(premises, [migrations.PROBE], NAMES)


def good(*, listed: Sequence[str] = (), met: Sequence[str] = (), was: bool = True) -> Reply:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        more = {
            "change": {"schema": environment, "made": True},
            "look": {"listed": list(listed), "met": list(met)},
            "undo": {"was": was},
        }[ask["do"].removeprefix("migrations.")]
        return {"outcome": "authenticated", "says": "worked", **more}

    return reply


def told(report: Report) -> set[tuple[str, str]]:
    return {(row.start, row.verdict.value) for row in report.probes}


def does(reach: FakeReach, name: str) -> list[str]:
    """What was done about one table, and where."""
    return [
        f"{where} {ask['do'].removeprefix('migrations.')}"
        for where, ask in reach.asked
        if ask["name"] == name
    ]


def test_a_table_is_made_here_looked_for_there_and_taken_away() -> None:
    reach = FakeReach(good())
    report = run(reach, [*own("prod"), *own("dev")])
    assert told(report) == {("prod", "held"), ("dev", "held")}
    assert all("at home: worked" in row.answer for row in report.probes)
    assert report.left == ()
    made = {ask["name"] for _, ask in reach.asked}
    assert len(made) == 2
    assert all(name.startswith(PREFIX) for name in made)
    assert sorted(does(reach, name) for name in made) == [
        ["dev change", "prod look", "dev undo"],
        ["prod change", "dev look", "prod undo"],
    ]
    for where, ask in reach.asked:
        assert ask["password"] == f"DB-of-{where}"


@pytest.mark.parametrize("seen", [{"listed": ["dev"]}, {"listed": ["dev"], "met": ["dev"]}])
def test_a_table_that_the_other_has_is_a_hole(seen: dict[str, Any]) -> None:
    report = run(FakeReach(good(**seen)), [*own("prod"), *own("dev")])
    assert told(report) == {("prod", "crossed"), ("dev", "crossed")}
    assert all("has the new table too, in dev" in row.answer for row in report.probes)


def test_two_databases_of_one_server_have_catalogues_of_their_own() -> None:
    things = [*common("prod", base="one"), *common("dev", base="two")]
    assert told(run(FakeReach(good(listed=["dev"])), things)) >= {("dev", "crossed")}
    assert told(run(FakeReach(good()), things)) == {("prod", "held"), ("dev", "held")}


def schemas(**seen: Any) -> tuple[Report, FakeReach]:
    things = [*common("prod", schema="prod"), *common("dev", schema="dev")]

    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        other = "dev" if environment == "prod" else "prod"
        return good(**{"listed": [other], **seen})(environment, ask)

    reach = FakeReach(reply)
    return run(reach, things), reach


def test_in_one_database_the_catalogue_is_common_and_the_table_is_not() -> None:
    report, reach = schemas()
    assert told(report) == {(n, v) for n in NAMES for v in ("held", "shared by design")}
    assert {ask.get("apart") for _, ask in reach.asked if ask["do"].endswith("change")} == {False}


@pytest.mark.parametrize(
    "seen", [{"met": ["dev"]}, {"listed": ["public"]}], ids=["usable", "elsewhere"]
)
def test_in_one_database_a_table_that_the_other_meets_is_a_hole(seen: dict[str, Any]) -> None:
    report, _ = schemas(**seen)
    assert told(report) == {("prod", "crossed"), ("dev", "crossed")}


@pytest.mark.parametrize("things", [[], own("prod"), own("dev")])
def test_where_one_has_no_database_nothing_is_said(things: list[AnyThing]) -> None:
    reach = FakeReach(good())
    assert run(reach, things).probes == ()
    assert reach.calls == []


def failing(action: str, outcome: str, **more: Any) -> Reply:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        if ask["do"] == f"migrations.{action}":
            return {"outcome": outcome, "says": "why", **more}
        return good()(environment, ask)

    return reply


@pytest.mark.parametrize(
    ("reply", "undone", "words"),
    [
        (failing("change", "refused"), False, "does not work in prod itself: refused: why"),
        (failing("change", "timed out"), True, "itself: timed out: why"),
        (failing("change", "failed", made=True), True, "itself: failed: why"),
        (failing("look", "unreachable"), True, "unreachable: why"),
        (good(was=False), True, "went before it was looked for"),
    ],
    ids=["refused", "unknown", "not found at home", "the other is away", "gone"],
)
def test_what_shows_nothing_is_no_verdict_and_leaves_nothing(
    reply: Reply, undone: bool, words: str
) -> None:
    reach = FakeReach(reply)
    report = run(reach, [*own("prod"), *own("dev")])
    assert {row.verdict for row in report.probes} == {Verdict.COULD_NOT_TRY}
    assert words in next(row for row in report.probes if row.start == "prod").answer
    assert any(ask["do"] == "migrations.undo" for _, ask in reach.asked) is undone
    assert report.left == ()


def test_a_table_that_cannot_be_taken_away_is_tried_again_and_said() -> None:
    reach = FakeReach(failing("undo", "timed out"))
    report = run(reach, [*own("prod"), *own("dev")])
    assert len(report.left) == 2
    assert all("timed out: why; the next proof takes it away" in words for words in report.left)
    assert all(does(reach, ask["name"])[2:] == [f"{where} undo"] * 2 for where, ask in reach.asked
               if ask["do"] == "migrations.change")  # fmt: skip


def test_nothing_is_made_where_nobody_may_look() -> None:
    reach = FakeReach(good())
    report = run(reach, [*own("prod"), *own("dev")], attached=frozenset({"prod"}))
    (row,) = report.probes
    assert (row.start, row.verdict) == ("dev", Verdict.COULD_NOT_TRY)
    assert "prod is attached" in row.answer
    assert reach.calls == []
