"""The command line killed at the lines of its journal, on real servers: going on ends the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from partywall.execution import history
from partywall.model.world import World
from scenarios.installation import SECONDS, Installation

pytestmark = pytest.mark.scenario

DRIVER = Path(__file__).with_name("driver.py")
KINDS = ("volume", "instance", "database", "job", "route")
EVENTS = ("begin", "end")
CUT = {"SIGKILL": {-signal.SIGKILL}, "SIGHUP": {-signal.SIGHUP, 130, 0}}
"""How a run may end; a line lost at the last step is no reason to leave it half done."""


def drive(one: Installation, fuse: str, *words: str) -> int:
    """Run a verb with a fuse; how the process ended."""
    done = subprocess.run(
        [sys.executable, str(DRIVER), fuse, "-C", str(one.folder), *words, "--yes"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def go_on(one: Installation, way: str, *words: str) -> None:
    """What a user does next; without anything unfinished there is nothing to resume."""
    if way == "resume" and history.unfinished(one.home):
        one.call("resume", "--yes")
    else:
        one.call(*words, "--yes")
    assert history.unfinished(one.home) is None


def settled(one: Installation, world: World) -> None:
    """The same world, nothing beside it, and nothing left to do."""
    one.becomes(world)
    one.assert_clean()


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", KINDS)
def test_up_killed_at_a_step_of_each_kind(standing, kind, event):
    world, prod = standing.world(), standing.processes("prod")
    standing.call("destroy", "dev", "--yes")
    assert drive(standing, f"SIGKILL:{event}:{kind}", "up", "dev") == -signal.SIGKILL
    doctor = standing.call("doctor", code=None).text
    assert "left half done" in doctor
    go_on(standing, "resume" if event == "begin" else "again", "up", "dev")
    settled(standing, world)
    assert standing.page("dev") == "dev says hello\n"
    assert len(standing.vault("dev", "seeded.txt").read_text().splitlines()) == 1
    assert standing.processes("prod") == prod
    assert standing.steps("up", "--yes") == {}


@pytest.mark.parametrize("verb", ["down", "destroy"])
@pytest.mark.parametrize("place", ["begin:instance", "end:instance", "begin:route", "end:volume"])
def test_taking_away_killed_at_a_step(standing, verb, place):
    if (verb, place) == ("down", "end:volume"):
        place = "end:job"
    whole = standing.world()
    assert drive(standing, f"SIGKILL:{place}", verb, "dev") == -signal.SIGKILL
    go_on(standing, "again" if verb == "down" else "resume", verb, "dev")
    left = {key.split("/")[1] for key in standing.world().entries if key.startswith("dev/")}
    assert left == ({"volume", "database", "job"} if verb == "down" else set())
    standing.assert_clean()
    standing.call("up", "--yes")
    settled(standing, whole)


@pytest.mark.parametrize("line", [1, 4, 9, 14])
def test_a_lost_line_while_coming_up(standing, line):
    whole = standing.world()
    standing.call("destroy", "dev", "--yes")
    code = drive(standing, f"SIGHUP:{line}", "up", "dev")
    assert code in (-signal.SIGHUP, 130)
    go_on(standing, "resume", "up", "dev")
    settled(standing, whole)


def test_taken_back_after_a_kill(standing):
    standing.call("destroy", "dev", "--yes")
    bare = standing.world()
    assert drive(standing, "SIGKILL:end:database", "up", "dev") == -signal.SIGKILL
    standing.call("resume", "--back", "--yes")
    settled(standing, bare)
    standing.call("up", "--yes")


def test_killed_at_any_moment(standing):
    """Not only at lines of the journal: in the middle of an `initdb`, of a wait, of a write."""
    whole = standing.world()
    for tenths in range(4, 21, 4):
        standing.call("destroy", "dev", "--yes")
        process = subprocess.Popen(
            standing.command("up", "dev", "--yes"), stdout=subprocess.DEVNULL, stderr=-3
        )
        try:
            process.wait(tenths / 10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        standing.call("up", "dev", "--yes")
        settled(standing, whole)
    standing.call("trash", "empty", "--yes")


@pytest.mark.parametrize("all_of_it", [False, True], ids=["command", "everything"])
@pytest.mark.parametrize("step", ["begun", "half"])
def test_killed_while_a_database_is_being_made(standing, step, all_of_it):
    """What `initdb` leaves half made must not pass for a database."""
    whole = standing.world()
    standing.call("destroy", "dev", "--yes")
    process = subprocess.Popen(
        standing.command("up", "dev", "--yes"), stdout=subprocess.DEVNULL, stderr=-3
    )
    data = standing.home / "data" / "dev" / "rows"
    sign = "PG_VERSION" if step == "begun" else "pg_wal/0*"
    deadline = time.monotonic() + 60
    while not any(data.rglob(sign)):
        assert time.monotonic() < deadline
    process.kill()
    process.wait()
    if all_of_it:
        standing.reboot()
    standing.call("up", "--yes")
    settled(standing, whole)
    assert standing.query("dev", "SELECT 1") == [(1,)]
    standing.call("destroy", "dev", "--yes")
    standing.call("up", "--yes")
    settled(standing, whole)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("number", ["SIGKILL", "SIGHUP"])
def test_every_boundary_of_up_down_and_destroy(empty, number):
    """One round per line: up, down and destroy are each cut there and gone on with."""
    verbs = {"up": (), "down": ("--all",), "destroy": ("--all",)}
    worlds, lines = {}, {}
    for verb, scope in verbs.items():
        if verb == "destroy":
            empty.call("up", "--yes")
        empty.call(verb, *scope, "--yes")
        worlds[verb], lines[verb] = empty.world(), _lines(empty)
    assert min(lines.values()) >= 40
    for line in range(1, max(lines.values()) + 1):
        way = "resume" if line % 2 else "again"
        for verb, scope in verbs.items():
            if verb == "destroy":
                empty.call("up", "--yes")
            if line <= lines[verb]:
                code = drive(empty, f"{number}:{line}", verb, *scope)
                assert code in CUT[number], (verb, line)
            go_on(empty, way, verb, *scope)
            settled(empty, worlds[verb])
        empty.call("trash", "empty", "--yes")


def _lines(one: Installation) -> int:
    """How many lines the latest run has written."""
    return len(max((one.home / "journal").glob("*.jsonl")).read_bytes().splitlines())
