"""Rollouts that climb on a running app, and halt when users have errors or a service is ill."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import pytest

from flags.flagged import FLAG, Flagged
from scenarios.installation import until

pytestmark = pytest.mark.scenario
USERS = range(300)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flagged]:
    """Up, on the embedded engine."""
    one = Flagged(tmp_path_factory.mktemp("climbing") / "feature")
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.close()


def rollout(app: Flagged, *words: str) -> None:
    """Begin one in development."""
    app.call("flags", "rollout", FLAG, *words, "--in", "dev")


def looked(app: Flagged, code: int = 0) -> dict[str, object]:
    """What one look at all rollouts decided of the only one."""
    done = json.loads(app.call("flags", "climb", "--json", code=code).out)
    (found,) = done["rollouts"]
    return dict(found)


def percent(app: Flagged) -> float:
    """What is in force in development."""
    found: float = app.document("flags", "show", FLAG)["environments"]["dev"]["percent"]
    return found


def posts_errors(app: Flagged, users: range) -> None:
    """These users have met an error, says the app."""
    connection = http.client.HTTPConnection(*app.service("dev"), timeout=20)
    for user in users:
        said = {"flag": FLAG, "outcome": "error", "context": {"targetingKey": f"user-{user}"}}
        connection.request("POST", "/partywall/v1/outcomes", json.dumps(said))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 204
    connection.close()


def counted(app: Flagged, outcome: str) -> int:
    """How many users have an outcome, by the service's own file."""
    path = app.kept("dev") / "counts" / "counts.json"
    flags = json.loads(path.read_bytes())["flags"] if path.exists() else {}
    variants = flags.get(FLAG, {"variants": {}})["variants"].values()
    return sum(one["outcomes"].get(outcome, 0) for one in variants)


def test_it_climbs_to_its_end(app: Flagged) -> None:
    rollout(app, "10,50,100", "--every", "1s")
    assert percent(app) == 10
    app.call("flags", "climb", "--wait")
    assert percent(app) == 100
    verbs = [line["verb"] for line in app.document("flags", "history", FLAG)["changes"]]
    assert verbs[-4:] == [
        "rollout 10,50,100 --every 1s",
        "climbs from 10% to 50%",
        "climbs from 50% to 100%",
        "done, at 100%",
    ]
    assert app.document("flags", "climb")["rollouts"] == [], "it is over"


def test_a_step_is_kept_for_its_time(app: Flagged) -> None:
    rollout(app, "10,50", "--every", "1h")
    assert looked(app)["act"] == "wait"
    assert percent(app) == 10


def test_what_somebody_says_meanwhile_ends_it(app: Flagged) -> None:
    rollout(app, "10,50", "--every", "1s")
    app.call("flags", "off", FLAG, "--in", "dev")
    assert app.document("flags", "climb")["rollouts"] == []
    assert set(app.answers("dev", range(50))) == {False}


def test_errors_of_those_who_see_it_halt_it_and_take_it_back(app: Flagged) -> None:
    rollout(app, "90,100", "--every", "1h", "--most-errors", "5", "--back")
    app.waits_for("dev", value=True, user=first_with_it(app))
    app.answers("dev", USERS)
    posts_errors(app, range(100))
    until(lambda: counted(app, "error") >= 100, 10, "errors are counted")
    found = looked(app, code=1)
    assert found["act"] == "halt"
    assert percent(app) == 0
    assert app.document("flags", "climb")["rollouts"] == [], "it stays halted"
    assert "halted" in app.call("flags", "list").out


def first_with_it(app: Flagged) -> int:
    """A user who is in the part."""
    until(lambda: any(app.answers("dev", range(20))), what="somebody has it")
    return app.answers("dev", range(20)).index(True)


def test_a_service_that_is_ill_halts_it_where_it_is(app: Flagged) -> None:
    rollout(app, "10,50", "--every", "1h")
    with app.silent("dev"):
        until(lambda: "halt" in acts(app), 60, "the service is seen to be ill")
    assert percent(app) == 10
    until(lambda: app.healthy("dev"), 60, "it is well again")


def acts(app: Flagged, *words: str) -> set[str]:
    """What is decided now."""
    done = json.loads(app.call("flags", "climb", "--json", *words, code=None).out)
    return {one["act"] for one in done["rollouts"]}


def test_a_file_that_is_wrong_keeps_no_rollout_from_going_on(app: Flagged) -> None:
    rollout(app, "10,50", "--every", "1s")
    wrong = [app.folder / "flags" / f"{name}.yaml" for name in ("prod", "dev")]
    for path in wrong:
        path.write_text("flags: {more: [\n")
    try:
        assert looked_at_rest(app, "--dry-run") == "climb"
        assert percent_said(app) == 10
        assert looked_at_rest(app) == "climb"
        assert percent_said(app) == 50
    finally:
        for path in wrong:
            path.unlink()
    app.call("flags", "off", FLAG, "--in", "dev")


def looked_at_rest(app: Flagged, *words: str) -> str:
    """What is decided when the step has had its time."""
    until(lambda: "wait" not in acts(app, "--dry-run"), 20, "its time is over")
    done = json.loads(app.call("flags", "climb", "--json", *words).out)
    return str(done["rollouts"][0]["act"])


def percent_said(app: Flagged) -> float:
    """What the settings say, whatever is in the files."""
    found: float = json.loads(app.bytes_of("dev")["settings.json"])["flags"][FLAG]["percent"]
    return found


def test_a_rollout_whose_errors_nobody_can_judge_waits(app: Flagged) -> None:
    rollout(app, "10,50", "--every", "1s", "--most-errors", "5", "--least", "1000")
    until(lambda: "cannot be judged" in app.call("flags", "climb").out, 20, "it waits")
    assert percent(app) == 10
    app.call("flags", "off", FLAG, "--in", "dev")


@pytest.mark.parametrize("words", [("10,50",), ("50,10", "--every", "1h"), ("10", "--back")])
def test_what_cannot_climb_is_refused(app: Flagged, words: tuple[str, ...]) -> None:
    before = app.bytes_of("dev")
    app.call("flags", "rollout", FLAG, *words, "--in", "dev", code=2)
    assert app.bytes_of("dev") == before
