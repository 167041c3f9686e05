"""The proof over a fake reach: what is asked, what is given, how answers become verdicts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from fakes.answering import FakeReach, FakeStore, Reply
from partywall.model.app import Mount, Role
from partywall.model.secret import SecretRef
from partywall.model.world import AnyThing, Database, Instance, Volume, World
from partywall.proof.case import Answer, Case
from partywall.proof.premises import AGENT, Premises
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.probes import broker, cache, database, processes, secrets, vault
from partywall.proof.prove import Report, allowed, prove
from partywall.proof.run import Run
from partywall.proof.scope import Scope


def stack(environment: str, secret: str = "DB") -> list[AnyThing]:
    return [
        Instance(key=f"{environment}/db", service="db", role=Role.DATABASE),
        Database(
            key=f"{environment}/database/db",
            server=f"{environment}/db",
            name="app",
            owner="app",
            password=SecretRef(secret, 1),
        ),
        Instance(
            key=f"{environment}/cache",
            service="cache",
            role=Role.CACHE,
            command=("redis-server", "--requirepass", str(SecretRef("CACHE", 1))),
        ),
        Volume(key=f"{environment}/volume/vault", name=environment),
    ]


def walled(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
    if ask["do"].endswith(".scratch") and ask.get("host", environment).startswith(environment):
        return {"outcome": "authenticated", "says": "worked"}
    return {"outcome": "refused", "says": "no"}


def run(probe: Probe, reach: FakeReach, things: list[AnyThing] | None = None) -> Report:
    world = World.of(things if things is not None else [*stack("prod"), *stack("dev")])
    premises = Premises(world=world, reach=reach, secrets=FakeStore())
    return prove(premises, [probe], ("prod", "dev"))


def verdicts(report: Report) -> set[Verdict]:
    return {line.verdict for line in report.probes}


@pytest.mark.parametrize("probe", [database.PROBE, cache.PROBE])
def test_a_wall_that_refuses_is_held(probe: Probe) -> None:
    report = run(probe, FakeReach(walled))
    assert verdicts(report) == {Verdict.HELD}
    assert not report.crossed
    assert {(line.start, line.to) for line in report.probes} == {("prod", "dev"), ("dev", "prod")}
    assert all("at home: worked" in line.answer for line in report.probes)


@pytest.mark.parametrize("probe", [database.PROBE, cache.PROBE])
def test_being_let_in_is_crossed(probe: Probe) -> None:
    report = run(probe, FakeReach(lambda *_: {"outcome": "authenticated", "says": "in"}))
    assert verdicts(report) == {Verdict.CROSSED}
    assert report.crossed


@pytest.mark.parametrize("outcome", ["refused", "unreachable", "timed out", "failed"])
def test_a_home_that_does_not_work_is_never_held(outcome: str) -> None:
    report = run(database.PROBE, FakeReach(lambda *_: {"outcome": outcome, "says": "why"}))
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert all("itself: " in line.answer and "why" in line.answer for line in report.probes)


def test_an_agent_that_cannot_run_is_said() -> None:
    report = run(database.PROBE, FakeReach(walled, code=126))
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert "cannot be run inside prod: no such file" in report.probes[0].answer


def test_an_attempt_that_fails_by_itself_shows_nothing() -> None:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        good = ask["do"].endswith(".scratch")
        return {"outcome": "authenticated" if good else "failed", "says": "ImportError"}

    assert verdicts(run(cache.PROBE, FakeReach(reply))) == {Verdict.COULD_NOT_TRY}


def test_only_own_secrets_go_inside_and_never_as_arguments() -> None:
    reach = FakeReach(walled)
    run(database.PROBE, reach)
    run(cache.PROBE, reach)
    for environment, agent, text in reach.calls:
        other = "dev" if environment == "prod" else "prod"
        assert f"-of-{other}" not in text
        assert agent == AGENT
    assert any("DB-of-prod" in text for _, _, text in reach.calls)


def test_a_secret_in_a_servers_words_is_struck_out() -> None:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        return {"outcome": "authenticated", "says": f"hello {ask.get('password')}"}

    report = run(database.PROBE, FakeReach(reply))
    assert "-of-" not in report.to_json().decode()
    assert "****" in report.to_json().decode()


def test_home_is_shown_once_for_all_pairs() -> None:
    reach = FakeReach(walled)
    run(database.PROBE, reach)
    asked = [ask["do"] for _, _, text in reach.calls for ask in json.loads(text)["asks"]]
    assert asked.count("database.scratch") == 2


def test_what_the_other_does_not_have_is_not_tried() -> None:
    assert run(cache.PROBE, FakeReach(walled), stack("prod")[:1]).probes == ()


def test_without_a_server_at_home_nothing_is_shown() -> None:
    report = run(cache.PROBE, FakeReach(walled), stack("dev"))
    (line,) = report.probes
    assert (line.start, line.verdict) == ("prod", Verdict.COULD_NOT_TRY)
    assert "no cache of its own" in line.answer


def test_one_server_for_two_databases_skips_what_is_allowed_there() -> None:
    def shared(environment: str) -> Database:
        return Database(
            key=f"{environment}/database/db",
            server="shared/db",
            name=f"app_{environment}",
            owner=f"app_{environment}",
            password=SecretRef("DB", 1),
        )

    server = Instance(key="shared/db", service="db", role=Role.DATABASE)

    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        right = ask["user"] == ask["database"] and ask["password"].endswith(
            ask["user"].removeprefix("app_")
        )
        out = ask["do"] == "database.trespass"
        return {"outcome": "authenticated" if right and not out else "refused", "says": "x"}

    report = run(database.PROBE, FakeReach(reply), [server, shared("prod"), shared("dev")])
    assert verdicts(report) == {Verdict.HELD, Verdict.SHARED}


def test_a_shared_value_is_named() -> None:
    things = [*stack("prod", "SAME"), *stack("dev", "SAME")]
    report = run(secrets.PROBE, FakeReach(walled), things)
    lines = [line for line in report.probes if line.verdict is Verdict.CROSSED]
    assert {line.answer for line in lines} == {"the same in both: SAME"}
    assert "one for both" not in report.to_json().decode()


def test_a_value_that_is_not_there_could_not_be_compared() -> None:
    things = [*stack("prod", "GONE"), *stack("dev")]
    report = run(secrets.PROBE, FakeReach(walled), things)
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert "GONE" in report.probes[0].answer


def knocking(**more: object) -> Reply:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        match ask["do"]:
            case "processes.own":
                return {"outcome": "done", "says": "own"}
            case "processes.census":
                return {
                    "outcome": "done",
                    "says": "1",
                    "uid": 7,
                    "space": "s",
                    "processes": [{"pid": 1, "started": "1"}],
                }
            case _:
                return {"says": "saw", "uid": 7, "hidden": False, "environs": 0, **more}

    return reply


@pytest.mark.parametrize(
    ("more", "verdict", "words"),
    [
        ({"outcome": "permission denied", "seen": 1, "signals": 0}, Verdict.HELD, "saw"),
        ({"outcome": "refused", "seen": 0}, Verdict.HELD, "saw"),
        ({"outcome": "done", "seen": 1, "signals": 1}, Verdict.CROSSED, "under one user"),
        ({"outcome": "permission denied", "seen": 0}, Verdict.COULD_NOT_TRY, "had ended"),
        (
            {"outcome": "permission denied", "seen": 0, "hidden": True, "signals": 0},
            Verdict.HELD,
            "saw",
        ),
        ({"outcome": "failed"}, Verdict.COULD_NOT_TRY, "saw"),
    ],
)
def test_processes_are_judged(more: dict[str, object], verdict: Verdict, words: str) -> None:
    report = run(processes.PROBE, FakeReach(knocking(**more)))
    assert verdicts(report) == {verdict}
    assert all(words in line.answer for line in report.probes)


def test_folders_that_nobody_names_could_not_be_tried() -> None:
    report = run(vault.PROBE, FakeReach(walled))
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert "names no folder" in report.probes[0].answer


def test_servers_data_are_only_ever_listed() -> None:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        assert ask["do"] in ("vault.list", "vault.mark")
        own = environment in ask["folder"]
        return {"outcome": "done" if own else "permission denied", "says": "x"}

    things: list[AnyThing] = []
    for name in ("prod", "dev"):
        data = Mount(kind="volume", source=f"{name}/volume/vault", target="/data")
        db = Instance(key=f"{name}/db", service="db", role=Role.DATABASE, mounts=(data,))
        things += [db, *stack(name)[3:]]
    known = {f"{name}/volume/vault": f"/data/{name}" for name in ("prod", "dev")}
    premises = Premises(
        world=World.of(things), reach=FakeReach(reply), secrets=FakeStore(), folders=known
    )
    assert verdicts(prove(premises, [vault.PROBE], ("prod", "dev"))) == {Verdict.HELD}


def test_planted_files_are_taken_away_whatever_happens() -> None:
    def reply(environment: str, ask: dict[str, Any]) -> dict[str, Any]:
        if ask["do"] in ("vault.list", "vault.read"):
            return {"outcome": "failed", "says": "odd"}
        return {"outcome": "done", "says": "fine"}

    reach = FakeReach(reply)
    world = World.of([*stack("prod"), *stack("dev")])
    known = {f"{name}/volume/vault": f"/data/{name}/" for name in ("prod", "dev")}
    premises = Premises(world=world, reach=reach, secrets=FakeStore(), folders=known)
    report = prove(premises, [vault.PROBE], ("prod", "dev"))
    asked = [ask for _, _, text in reach.calls for ask in json.loads(text)["asks"]]
    planted = {ask["name"] for ask in asked if ask["do"] == "vault.plant"}
    assert planted == {ask["name"] for ask in asked if ask["do"] == "vault.uproot"}
    assert len(planted) == 2
    assert verdicts(report) == {Verdict.COULD_NOT_TRY, Verdict.CROSSED}


def heard(**more: object) -> Answer:
    given = {"canaries": 0, "retained": 0, "began": 10.0, "ended": 11.0, **more}
    return Answer(outcome="authenticated", says="listened", more=given)


def test_canaries_count_only_when_they_were_sung_meanwhile() -> None:
    sung = Answer(outcome="authenticated", more={"sung": [9.0, 10.5]})
    late = Answer(outcome="authenticated", more={"sung": [12.0]})
    assert broker.judge(heard(), sung)[0] is Verdict.HELD
    assert broker.judge(heard(), late)[0] is Verdict.COULD_NOT_TRY
    assert broker.judge(heard(canaries=1), late)[0] is Verdict.CROSSED
    failed = Answer(outcome="refused", says="no")
    assert broker.judge(heard(), failed) == (Verdict.COULD_NOT_TRY, "refused: no")


def probe_of(tries: Callable[[Case], list[Attempt]]) -> Probe:
    return Probe(name="x", shows="it holds", across=tries)


def test_a_broken_probe_is_a_verdict() -> None:
    def broken(case: Case) -> list[Attempt]:
        raise KeyError("oops")

    report = run(probe_of(broken), FakeReach(walled))
    assert verdicts(report) == {Verdict.COULD_NOT_TRY}
    assert "KeyError" in report.probes[0].answer


@pytest.mark.parametrize(
    ("verdicts", "empty"),
    [
        ((), True),
        ((Verdict.COULD_NOT_TRY,), True),
        ((Verdict.COULD_NOT_TRY, Verdict.HELD), False),
        ((Verdict.CROSSED,), False),
        ((Verdict.SHARED,), False),
    ],
)
def test_a_report_of_nothing_tried_proves_nothing(
    verdicts: tuple[Verdict, ...], *, empty: bool
) -> None:
    attempts = tuple(
        Attempt(probe="x", start="dev", to="prod", verdict=verdict, tried="a", answer="b")
        for verdict in verdicts
    )
    assert Report(probes=attempts).empty is empty


def test_what_hangs_is_reported_when_the_time_is_over() -> None:
    release = threading.Event()

    def hangs(case: Case) -> list[Attempt]:
        release.wait(10)
        return []

    world = World.of([*stack("prod"), *stack("dev")])
    premises = Premises(world=world, reach=FakeReach(walled), secrets=FakeStore())
    try:
        report = prove(premises, [probe_of(hangs)], ("prod", "dev"), seconds=-0.9)
    finally:
        release.set()
    assert {line.answer for line in report.probes} == {"it did not end in time"}


def test_no_time_left_is_said_and_tidying_still_gets_some() -> None:
    reach = FakeReach(walled)
    premises = Premises(world=World.of(stack("dev")), reach=reach, secrets=FakeStore())
    run_ = Run(premises, seconds=-1)
    dev = run_.targets(("dev",))["dev"]
    case = Case("x", run_, None, dev)
    with pytest.raises(CouldNotTry, match="no time"):
        case.ask(dev, {"do": "vault.read"})
    assert case.ask(dev, {"do": "vault.uproot"}, grace=5)[0].outcome == "refused"
    with pytest.raises(CouldNotTry):
        _ = case.own


def test_the_report_has_the_shape_that_scripts_build_on() -> None:
    rows = json.loads(run(cache.PROBE, FakeReach(walled)).to_json())
    assert set(rows) == {"probes", "attempts", "stands", "left", "since"}
    assert rows["stands"] == {"dev": ["dev"], "prod": ["prod"]}
    assert set(rows["probes"][0]) == {"probe", "from", "to", "verdict", "tried", "answer"}
    assert rows["probes"][0]["verdict"] == "held"
    assert rows["attempts"] == {"dev": 3, "prod": 3}


def test_each_pair_of_environments_adds_its_time():
    every = ("prod", "dev", "one", "two")
    whole = Scope(standing=every)
    assert [allowed(every[:count], whole) for count in (1, 2, 3, 4)] == [12, 12, 36, 72]
    assert allowed(every, Scope(standing=every, named=frozenset({"dev"}))) == 36
    assert allowed(every, Scope(standing=every, named=frozenset({"dev", "one"}))) == 12


def test_a_proof_of_some_tries_nothing_else() -> None:
    things = [thing for name in ("prod", "dev", "one") for thing in stack(name)]
    premises = Premises(world=World.of(things), reach=FakeReach(walled), secrets=FakeStore())
    names = ("prod", "dev", "one")

    def ends(*named: str) -> set[tuple[str, str]]:
        scope = Scope(standing=names, named=frozenset(named))
        report = prove(premises, [cache.PROBE], names, scope=scope)
        return {(row.start, row.to) for row in report.probes}

    assert ends() == set(permutations(names, 2))
    assert ends("dev") == {pair for pair in permutations(names, 2) if "dev" in pair}
    assert ends("dev", "one") == {("dev", "one"), ("one", "dev")}
