"""The rules that need no process: pace, verdicts, order, /proc lines, descriptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.engines.embedded.supervise import placeholders
from partywall.engines.embedded.supervise.checks import Outcome
from partywall.engines.embedded.supervise.failure import SupervisionError
from partywall.engines.embedded.supervise.order import Order, waves
from partywall.engines.embedded.supervise.pace import Pace
from partywall.engines.embedded.supervise.processes import Stat, parse_stat
from partywall.engines.embedded.supervise.program import (
    Account,
    Health,
    Program,
    checked,
    folder_of,
    from_json,
    retries,
)
from partywall.engines.embedded.supervise.record import Verdict
from partywall.engines.embedded.supervise.vigil import judge

WEB = Program("dev/web", "trial", ("/bin/true",))


def test_the_wait_doubles_to_ten_seconds_and_begins_anew_after_ten_up() -> None:
    pace = Pace()
    waits = [pace.wait(0) for _ in range(9)]
    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10])
    assert pace.wait(10.0) == 0.1


def test_a_verdict_needs_one_success_or_enough_failures_in_a_row() -> None:
    health = Health(tcp=("127.0.0.1", 1), interval=1, retries=2, start_period=5)
    good, bad = Outcome(True, "yes"), Outcome(False, "no")
    starting = judge(judge(Verdict(), bad, health, 1), bad, health, 6.9)
    assert (starting.healthy, starting.fails) == (None, 2)
    assert judge(starting, bad, health, 7).healthy is False
    well = judge(starting, good, health, 2)
    assert (well.healthy, well.fails, well.last) == (True, 0, "yes")
    shaken = judge(well, bad, health, 20)
    assert (shaken.healthy, shaken.since) == (True, well.since)
    assert judge(shaken, bad, health, 21).healthy is False


def test_what_comes_after_waits_but_not_for_ever() -> None:
    order = Order()
    assert order.may_start("web", [], 0)
    assert not order.may_start("web", ["db"], 1)
    assert not order.may_start("web", ["db"], 15.9)
    assert order.may_start("web", ["db"], 16)


def test_ends_come_in_waves_and_circles_end_together() -> None:
    after = {"web": ("api",), "api": ("db",), "db": (), "a": ("b",), "b": ("a",), "self": ("self",)}
    programs = {key: WEB._replace(key=key, after=names) for key, names in after.items()}
    assert waves(programs) == [["self", "web"], ["api"], ["db"], ["a", "b"]]


def test_a_stat_line_is_understood_whatever_the_name() -> None:
    line = "7 (a) b) S 1 7 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4242 9 9"
    assert parse_stat(line) == Stat("S", 1, 9, 4242, 5 + 6 + 7 + 8)


def test_a_description_survives_json() -> None:
    full = WEB._replace(
        account=Account(1, 2, "x"),
        health=Health(tcp=("::1", 5)),
        after=("dev/db",),
        labels={"a": "b"},
    )
    assert from_json(full.to_json()) == full
    assert full.launched() == from_json(full.to_json())._replace(labels={}, wanted=False).launched()


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "dev"},
        {"key": "../web"},
        {"key": "dev/.."},
        {"command": ()},
        {"command": ("x", "__PW_SECRET_A_V1__")},
        {"restart": "sometimes"},
        {"stop_signal": "TERM"},
        {"health": Health()},
        {"health": Health(http="https://127.0.0.1/")},
    ],
)
def test_a_description_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(SupervisionError):
        checked(WEB._replace(**fields))


def test_an_unknown_or_missing_field_is_refused() -> None:
    with pytest.raises(SupervisionError, match="colour"):
        from_json({**WEB.to_json(), "colour": "red"})
    with pytest.raises(SupervisionError):
        from_json({"key": "dev/web"})
    with pytest.raises(SupervisionError):
        folder_of(Path("/run"), "a/b/c")


def test_who_is_tried_again() -> None:
    assert retries(WEB, 0)
    assert not retries(WEB._replace(once=True), 1)
    assert retries(WEB._replace(once=True, restart="on-failure"), 1)
    assert retries(WEB._replace(restart="on-failure"), None)
    assert not retries(WEB._replace(restart="no"), 1)


def test_secrets_are_put_in_and_masked() -> None:
    secrets = {"A": {"1": "sun", "2": "sunshine"}}
    text = placeholders.resolve("x=__PW_SECRET_A_V1__ y=__PW_SECRET_A_V2__", secrets)
    assert text == "x=sun y=sunshine"
    assert placeholders.mask(text, secrets) == "x=**** y=****"
