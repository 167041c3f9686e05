"""Definitions replaced while they are served; counts that outlive the service."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable

import pytest

from flags.serving import FLAGS, OUTCOMES, Serving, flag
from partywall.flags import counts
from scenarios.installation import until

pytestmark = pytest.mark.scenario

BOTH = {"a": flag(), "b": flag()}


def test_a_new_definition_is_in_force_within_a_second(serving: Serving) -> None:
    serving.define({"a": flag()})
    serving.start()
    for variant in ("off", "on", "off", "on"):
        serving.define({"a": flag(defaultVariant=variant)})
        began = time.monotonic()
        until(lambda v=variant: serving.evaluate("a")["variant"] == v, 10, "the new one")
        assert time.monotonic() - began < 1


def test_a_definition_is_taken_whole_under_load(serving: Serving) -> None:
    """All flags at once are those of one definition, never some of each."""
    over = threading.Event()
    sides: set[str] = set()
    serving.define({f"f{n}": flag() for n in range(40)})
    serving.start()

    def look() -> None:
        while not over.is_set():
            found = serving.ask(FLAGS)[1]["flags"]
            variants = {one["variant"] for one in found}
            sides.add("-".join(sorted(variants)))

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(20):
        variant = ("on", "off")[number % 2]
        serving.define({f"f{n}": flag(defaultVariant=variant) for n in range(40)})
        since = time.monotonic() + 0.3
        until(lambda: time.monotonic() > since, what="some time has passed")  # noqa: B023
    over.set()
    looking.join(30)
    assert sides == {"on", "off"}


def test_without_a_good_file_every_flag_is_unknown_until_there_is_one(serving: Serving) -> None:
    serving.start()
    assert serving.ask(f"{FLAGS}/a")[0] == 404
    assert serving.ask(FLAGS)[1] == {"flags": [], "metadata": {}}
    assert serving.health() | {"trouble": ""} == {"flags": 0, "since": None, "trouble": ""}
    assert "No such file" in serving.health()["trouble"]
    serving.define(BOTH)
    until(lambda: serving.health()["flags"] == 2, 10, "the first definition")
    assert serving.health()["trouble"] is None


BAD: dict[str, Callable[[Serving], object]] = {
    "not JSON": lambda serving: serving.put(b'{"flags": {'),
    "empty": lambda serving: serving.put(b""),
    "another shape": lambda serving: serving.define({"a": {"state": "ENABLED"}}),
    "no flags": lambda serving: serving.put(b"{}"),
    "too large": lambda serving: serving.put(json.dumps(BOTH).encode() + b" " * (4 << 20)),
    "gone": lambda serving: serving.file.unlink(),
    "a folder": lambda serving: (serving.file.unlink(), serving.file.mkdir()),
    "endless": lambda serving: (serving.file.unlink(), serving.file.symlink_to("/dev/zero")),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_keeps_the_last_good_set_and_is_said_once(serving: Serving, bad: str) -> None:
    serving.define(BOTH)
    serving.start()
    BAD[bad](serving)
    until(lambda: serving.health()["trouble"], 10, "the trouble is said")
    trouble = serving.health()["trouble"]
    since = time.monotonic() + 1
    until(lambda: time.monotonic() > since, what="it has looked some times")
    assert serving.evaluate("b")["value"] is True
    assert serving.health()["flags"] == 2
    assert serving.log.read_text().count(trouble) == 1
    if serving.file.is_dir():
        serving.file.rmdir()
    serving.define({"a": flag()})
    until(lambda: serving.health() | {"since": 0} == {"flags": 1, "since": 0, "trouble": None}, 10)


def test_counts_go_on_where_they_were(serving: Serving) -> None:
    serving.define(BOTH)
    serving.start()
    for user in ("anna", "bert", "anna"):
        serving.evaluate("a", targetingKey=user)
        body = {"flag": "a", "outcome": "bought", "context": {"targetingKey": user}}
        assert serving.ask(OUTCOMES, body)[0] == 204
    serving.ask(FLAGS, {"context": {"targetingKey": "carl"}})
    until(lambda: serving.evaluations("a") == 4, 10, "they are written")
    assert serving.stop() < 1
    serving.start().evaluate("a", targetingKey="anna")
    serving.stop()
    found = counts.read(serving.counts).flags["a"].variants["on"]
    assert (found.users, found.users_before, found.evaluations) == (1, 3, 5)
    assert found.outcomes == {"bought": 2}


def test_nobody_is_in_the_counts_or_in_the_log(serving: Serving) -> None:
    """A rule can write what it is given: `log`; and the evaluator complains about versions."""
    rule = {"if": [{"sem_ver": [{"log": {"var": "email"}}, "^", {"var": "targetingKey"}]}, "on"]}
    serving.define({"a": flag(targeting=rule)})
    serving.start()
    serving.evaluate("a", targetingKey="anna-17", email="anna@example.org")
    body = {"flag": "a", "outcome": "bought", "context": {"targetingKey": "anna-17"}}
    serving.ask(OUTCOMES, body)
    serving.stop()
    for path in (serving.log, *serving.counts.iterdir()):
        assert "anna" not in path.read_text()


def test_a_kill_loses_no_more_than_the_last_seconds_and_damages_nothing(serving: Serving) -> None:
    chosen = random.Random(20_261_128)
    serving.define(BOTH)
    for _ in range(6):
        before = serving.evaluations("a")
        answered: list[float] = []
        working = threading.Thread(
            target=_evaluate_until_it_fails, args=(serving.start(), answered)
        )
        working.start()
        moment = time.monotonic() + chosen.uniform(2, 6)
        until(lambda m=moment: time.monotonic() > m, what="the moment has come")
        serving.kill()
        killed = time.monotonic()
        working.join(30)
        known = counts.read(serving.counts).flags["a"].variants["on"].evaluations
        # Written every two seconds, and then a second for the disk.
        assert known - before >= sum(at < killed - 3 for at in answered)
        assert known - before <= len(answered) + 1
    assert {path.name for path in serving.counts.iterdir()} <= {"counts.json", ".counts.json"}


def _evaluate_until_it_fails(serving: Serving, answered: list[float]) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        while True:
            serving.evaluate("a", targetingKey=f"user-{len(answered) % 50}")
            answered.append(time.monotonic())


def test_what_was_there_three_seconds_before_a_kill_is_there_after(serving: Serving) -> None:
    serving.define(BOTH)
    serving.start()
    for number in range(500):
        serving.evaluate("a", targetingKey=f"user-{number}")
    until(lambda: serving.evaluations("a") == 500, 3 + 2, "within three seconds, or nearly")
    serving.kill()
    serving.start().stop()
    found = counts.read(serving.counts).flags["a"].variants["on"]
    assert (found.users + found.users_before, found.evaluations) == (500, 500)


def test_damaged_counts_are_moved_aside(serving: Serving) -> None:
    (serving.counts / "counts.json").write_bytes(b'{"version": 1, "flags"')
    serving.define(BOTH)
    serving.start().evaluate("a")
    serving.stop()
    assert serving.evaluations("a") == 1
    assert (serving.counts / "counts.damaged.json").read_bytes() == b'{"version": 1, "flags"'
