"""Flags while an app runs, on both engines: who sees what, who is left alone, what is survived."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from flags.flagged import APP, ENGINES, FLAG, PAGES, Flagged, FlaggedBoxes
from partywall.workflows.flags import changing
from partywall.workflows.opening import Where, open_project
from scenarios.installation import until

pytestmark = pytest.mark.scenario
USERS = range(20_000)
_DOCKER = pytest.param("docker", marks=pytest.mark.docker)


@pytest.fixture(scope="module", params=["embedded", _DOCKER])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Up; a test leaves it up, with whatever flags."""
    one = ENGINES[request.param](tmp_path_factory.mktemp("flagged") / "feature")
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.close()


def test_a_second_up_finds_nothing_to_do(app: Flagged) -> None:
    assert "no changes" in app.call("up", "--yes").out
    assert app.document("plan")["steps"] == []


def test_a_rollout_moves_a_tenth_and_later_those_and_more(app: Flagged) -> None:
    app.call("flags", "rollout", FLAG, "10%", "--in", "dev")
    until(lambda: any(app.answers("dev", range(100))), what="somebody has it")
    tenth = {user for user, has in zip(USERS, app.answers("dev", USERS), strict=True) if has}
    assert 0.09 <= len(tenth) / len(USERS) <= 0.11
    some = range(5_000)
    again = {user for user, has in zip(some, app.answers("dev", some), strict=True) if has}
    assert again == tenth & {*some}
    app.call("flags", "rollout", FLAG, "50%", "--in", "dev")
    until(lambda: sum(app.answers("dev", range(200))) > 50, what="more have it")
    half = {user for user, has in zip(USERS, app.answers("dev", USERS), strict=True) if has}
    assert 0.49 <= len(half) / len(USERS) <= 0.51
    assert tenth < half


def test_what_is_switched_off_is_off_in_every_process_within_two_seconds(app: Flagged) -> None:
    app.call("flags", "on", FLAG, "--in", "dev")
    app.until_sees("dev", "on", 10)
    app.call("flags", "off", FLAG, "--in", "dev")
    assert app.until_sees("dev", "off", 2) <= 2


def test_a_service_that_is_killed_is_back_and_nobody_noticed(app: Flagged) -> None:
    app.call("flags", "on", FLAG, "--in", "dev")
    app.until_sees("dev", "on", 10)
    before = app.running("dev")
    app.kill("dev")
    while app.running("dev") in (before, None):
        assert app.sees("dev") == {"on"}  # it is asked again and again, and what was said holds
    app.call("flags", "off", FLAG, "--in", "dev")
    app.until_sees("dev", "off", 20)


def test_without_answers_what_was_said_holds_for_a_while_and_then_it_is_off(app: Flagged) -> None:
    app.call("flags", "on", FLAG, "--in", "dev")
    app.until_sees("dev", "on", 10)
    with app.silent("dev"):
        assert app.sees("dev") == {"on"}
        assert app.sees("dev", user=987_654) == {"off"}  # of whom nothing is known
        # 4 seconds after it was said last.
        assert app.until_sees("dev", "off", 15) > 1
    app.until_sees("dev", "on", 20)


CHANGES = (
    ("on", FLAG, "--in", "dev"),
    ("off", FLAG, "--in", "dev"),
    ("rollout", FLAG, "30%", "--in", "dev"),
    ("target", FLAG, "on", "--users", "user-1,user-2", "--in", "dev"),
    ("target", FLAG, "on", "--when", "plan in pro,team", "--in", "dev"),
    ("target", FLAG, "--clear", "--in", "dev"),
    ("on", "colour", "--variant", "blue", "--in", "dev"),
    ("reset", FLAG, "--in", "dev"),
    ("promote", "prod", "dev"),
)


def test_no_change_in_development_is_seen_in_production(app: Flagged) -> None:
    app.call("flags", "rollout", FLAG, "20%", "--yes")
    app.call("flags", "off", FLAG, "--in", "dev")
    app.call("flags", "reset", "colour", "--in", "dev")
    until(lambda: any(app.answers("prod", range(100))), what="somebody has it")
    before, running = app.bytes_of("prod"), app.running("prod")
    answered = app.answers("prod", range(500)), app.answers("prod", range(5), "colour")
    for words in CHANGES:
        there = app.bytes_of("dev")
        app.call("flags", *words)
        assert app.bytes_of("dev") != there, words
        assert app.bytes_of("prod") == before, words
    app.call("up", "dev", "--yes")
    assert app.bytes_of("prod") == before
    assert app.running("prod") == running
    app.waits_for("dev", app.answers("prod", range(1, 2))[0])
    found = app.answers("prod", range(500)), app.answers("prod", range(5), "colour")
    assert found == answered


def test_what_is_edited_reaches_production_by_up_alone_which_asks(app: Flagged) -> None:
    app.call("flags", "off", FLAG, "--yes")
    app.call("flags", "reset", "colour", "--yes")
    path = app.folder / "flags" / "common.yaml"
    text = path.read_text()
    before = app.bytes_of("prod")["flags.json"]
    edited = yaml.safe_load(text)
    variants = edited["flags"]["colour"]["variants"]
    other = next(one for one in variants if one != edited["flags"]["colour"]["defaultVariant"])
    edited["flags"]["colour"]["defaultVariant"] = other
    path.write_text(yaml.safe_dump(edited, sort_keys=False))
    try:
        app.call("flags", "off", FLAG, "--yes")
        app.call("flags", "climb")
        assert app.bytes_of("prod")["flags.json"] == before
        app.call("flags", "off", FLAG, "--in", "dev")
        until(lambda: app.answers("dev", range(1), "colour") == [variants[other]], what="in dev")
        assert app.bytes_of("prod")["flags.json"] == before
        assert "flags of prod are served anew: colour" in app.call("plan").out
        refused = app.call("up", code=None)
        assert refused.code not in (0, 1)
        assert "which is production" in refused.err
        assert app.bytes_of("prod")["flags.json"] == before
        app.call("up", "--yes")
        until(lambda: app.answers("prod", range(1), "colour") == [variants[other]], what="in prod")
        assert "served anew" not in app.call("plan").out
    finally:
        path.write_text(text)
        app.call("up", "--yes")


def test_whoever_is_being_asked_keeps_nobody_waiting_and_is_asked_again(app: Flagged) -> None:
    app.call("flags", "off", FLAG, "--in", "dev")
    project = open_project(Where(folder=app.folder))
    shown = []

    def asked(changes: list[changing.Changed]) -> None:
        shown.append([one.words() for one in changes])
        if len(shown) == 1:  # somebody else is quicker
            app.call("flags", "rollout", FLAG, "30%", "--in", "dev")

    order = changing.Order(
        environment="dev", keys=(FLAG,), verb="on", make=lambda _: changing.switched_on("")
    )
    changing.change(project, order, asked)
    assert shown == [[("off", "on")], [("30 %", "on")]]
    told = app.document("flags", "history")["changes"][-2:]
    assert [one["verb"] for one in told] == ["rollout 30%", "on"]


def test_a_promotion_to_production_is_refused_where_nobody_can_be_asked(app: Flagged) -> None:
    app.call("flags", "off", FLAG, "--yes")
    app.call("flags", "on", FLAG, "--in", "dev")
    before, told = app.bytes_of("prod"), app.document("flags", "history")
    said = app.call("flags", "promote", "dev", "prod", code=None)
    assert said.code not in (0, 1), said
    assert FLAG in said.err
    assert "--yes" in said.err
    assert said.out == ""
    assert app.bytes_of("prod") == before
    assert app.document("flags", "history") == told
    app.call("flags", "promote", "dev", "prod", "--yes")
    assert app.bytes_of("prod") != before
    app.waits_for("prod", value=True)


def test_no_service_is_reached_through_the_edge(app: Flagged) -> None:
    for environment in ("prod", "dev"):
        assert app.sees(environment) <= {"on", "off"}
        for host in ("", "flags."):
            for path in ("/ofrep/v1/evaluate/flags", f"/ofrep/v1/evaluate/flags/{FLAG}"):
                found = app.ask(environment, path, host=host)
                assert "flags" not in found, found
                assert "value" not in found, found
            assert "in_force" not in app.ask(environment, "/healthz", host=host)


_TRY = """
import sys, urllib.request
try:
    print(urllib.request.urlopen(f"http://{sys.argv[1]}:8016/healthz", timeout=3).status)
except OSError as error:
    print("no way:", error)
"""


@pytest.mark.parametrize(("here", "there"), [("prod", "dev"), ("dev", "prod")])
def test_no_service_is_asked_from_another_environment(app: Flagged, here: str, there: str) -> None:
    if not isinstance(app, FlaggedBoxes):
        pytest.skip("processes of one machine share its loopback")

    def tried(host: str) -> str:
        words = ("exec", app.box(here, "web"), "python", "-c", _TRY, host)
        done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
        return done.stdout

    assert tried("flags") == "200\n"
    assert tried(app.service(here)[0]) == "200\n"
    for host in (app.service(there)[0], f"{app.project}-{there}-flags-1"):
        assert tried(host).startswith("no way")


def test_the_service_goes_when_flags_are_off_and_comes_back(app: Flagged) -> None:
    path = app.folder / "partywall.yaml"
    text = path.read_text()
    said = app.bytes_of("dev")["settings.json"]
    path.write_text(yaml.safe_dump({**yaml.safe_load(text), "flags": "off"}))
    steps = {key: action for key, (action, _) in app.steps("up", "--yes").items()}
    services = {f"{one}/flags": "remove" for one in ("prod", "dev")}
    assert services.items() <= steps.items(), steps
    others = {"change"}
    assert {action for key, action in steps.items() if key not in services} == others, steps
    assert not any(app.remains().values()), app.remains()
    assert "no changes" in app.call("up", "--yes").out
    assert app.sees("dev") == {"off"}
    path.write_text(text)
    app.call("up", "--yes")
    assert "no changes" in app.call("up", "--yes").out
    assert app.bytes_of("dev")["settings.json"] == said
    app.call("flags", "on", FLAG, "--in", "dev")
    app.until_sees("dev", "on", 10)


def test_nothing_of_the_service_is_left_of_an_environment_that_is_destroyed(app: Flagged) -> None:
    app.call("destroy", "dev", "--yes")
    whose = {"dev/flags"} & {str(one) for one in app.remains().get("process", ())}
    assert not whose
    if isinstance(app, FlaggedBoxes):
        assert app.box("dev") == ""
    assert app.running("prod") is not None
    app.call("up", "--yes")
    assert len(PAGES) == len([*yaml.safe_load((APP / "compose.yaml").read_text())["services"]])
    app.call("flags", "on", FLAG, "--in", "dev")
    app.until_sees("dev", "on", 10)
