"""Kill -9 of any server, of those who watch, or of everything: all is back, once, and well."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from partywall.engines.embedded.supervise import companion, control, processes
from partywall.engines.embedded.supervise.processes import Process
from scenarios.installation import Installation, kill, until

pytestmark = pytest.mark.scenario

_CALLED = 1.0
"""Seconds that somebody needs to be there who was just called."""
SERVERS = ("prod/db", "prod/cache", "prod/mqtt", "prod/web", "prod/worker", "machine/edge")


def pages(one: Installation) -> bool:
    return (one.page("prod"), one.page("dev")) == ("prod says hello\n", "dev says hello\n")


def whole(one: Installation, world: object) -> None:
    """Everything is back by itself, as it was, and nothing is there twice."""
    until(one.healthy, 90, "healthy")
    one.becomes(world)
    until(lambda: pages(one), 30, "both pages")
    one.assert_clean()
    assert one.steps("up", "--yes") == {}


@pytest.mark.parametrize("key", SERVERS)
def test_a_killed_server_is_back_by_itself(standing, key):
    world = standing.world()
    standing.query("prod", "CREATE TABLE IF NOT EXISTS t AS SELECT 42 AS n")
    others = {k: v for k, v in standing.processes("dev").items() if k != key}
    old = standing.process(key)
    kill(old)
    until(lambda: standing.process(key) not in (None, old), what=f"{key} is back")
    whole(standing, world)
    assert standing.processes("dev") == others
    assert standing.query("prod", "SELECT n FROM t") == [(42,)]
    status = standing.document("status")
    place = {**status["environments"]["prod"]["services"], "edge": status["edge"]}
    assert place[key.partition("/")[2]]["restarts"] >= 1


def test_a_killed_child_of_the_database_is_no_end_of_it(standing):
    """PostgreSQL ends all sessions and recovers; its main process stays."""
    world, main = standing.world(), standing.process("prod/db")
    children = [one for one in processes.family(main) if one != main]
    kill(children[0])
    until(lambda: _answers(standing), 60, "the database answers")
    whole(standing, world)
    assert standing.process("prod/db") == main


def _answers(one: Installation) -> bool:
    try:
        return one.query("prod", "SELECT 1") == [(1,)]
    except Exception:  # whatever it says while it recovers
        return False


def _unwatched(standing):
    """Kill whoever watches; whoever was just being called by one of them may come after it."""
    for process in standing.watchers():
        kill(process)
    time.sleep(_CALLED)
    return not standing.watchers()


def test_a_killed_supervisor_and_a_killed_guardian_are_replaced(standing):
    world = standing.world()
    before = {**standing.processes("prod"), **standing.processes("dev")}
    for victim in (control.supervisor, companion.recorded, control.supervisor):
        until(standing.healthy, what="healthy")
        old = victim(standing.run)
        kill(old)
        until(lambda v=victim, o=old: v(standing.run) not in (None, o), what=f"not {old}")
        whole(standing, world)
    assert {**standing.processes("prod"), **standing.processes("dev")} == before


def test_without_both_watchers_everything_serves_on_and_one_command_brings_them_back(standing):
    world = standing.world()
    before = {**standing.processes("prod"), **standing.processes("dev")}
    until(lambda: _unwatched(standing), what="nobody watches")
    assert pages(standing)
    assert "both gone" in standing.document("status")["unwatched"]
    assert "nobody watches: " in standing.call("status").out
    found = standing.document("doctor", code=1)["findings"]
    said = [one for one in found if "both gone" in one["what"]]
    assert [(one["level"], "`partywall up`" in one["remedy"]) for one in said] == [("wrong", True)]
    standing.call("up", "--yes")
    until(lambda: len(standing.watchers()) == 2, what="watched by two")
    assert standing.document("status")["unwatched"] is None
    whole(standing, world)
    assert {**standing.processes("prod"), **standing.processes("dev")} == before
    kill(standing.process("dev/web"))
    until(lambda: standing.process("dev/web"), what="dev/web is back")
    whole(standing, world)


def test_after_everything_was_killed_one_command_brings_it_back(standing, request):
    world = standing.world()
    standing.query("prod", "CREATE TABLE IF NOT EXISTS r AS SELECT 43 AS n")
    standing.vault("prod", "kept.txt").write_text("kept")
    standing.reboot()
    pid_file = next((standing.home / "data/prod/rows").rglob("postmaster.pid"))
    lines = pid_file.read_text().splitlines()
    # As after a reboot: the number in the file is by now another process of the same user.
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=pid_file.stat().st_uid)
    request.addfinalizer(stranger.communicate)
    request.addfinalizer(stranger.kill)
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    status = standing.call("status", code=None)
    assert status.code == 0
    assert "healthy" not in status.out.split("\n")[2]
    standing.call("up", "--yes")
    whole(standing, world)
    assert standing.query("prod", "SELECT n FROM r") == [(43,)]
    assert standing.vault("prod", "kept.txt").read_text() == "kept"
    assert len(standing.vault("dev", "seeded.txt").read_text().splitlines()) == 1


def test_of_two_at_once_one_works_and_the_other_says_who_holds_the_lock(standing):
    standing.call("down", "--all", "--yes")
    first = subprocess.Popen(standing.command("up", "--yes"), stderr=subprocess.PIPE, text=True)
    try:
        locks = [standing.home / "locks" / f"{name}.lock" for name in ("prod", "dev")]
        until(
            lambda: all(str(first.pid) in lock.read_text() for lock in locks),
            30,
            "the first one holds both locks",
        )
        # Held in the middle of its work: a fast machine would be done before the others have begun.
        first.send_signal(signal.SIGSTOP)
        refused = standing.call("up", "--yes", code=3)
        assert f"`partywall up` (process {first.pid} of " in refused.err
        assert "do: wait" in refused.err
        refused = standing.call("destroy", "dev", "--yes", code=3)
        assert f"process {first.pid}" in refused.err
        assert standing.call("status", code=None).code == 0
        first.send_signal(signal.SIGCONT)
        assert first.wait(120) == 0
    finally:
        if first.poll() is None:
            first.kill()
        first.communicate()
    assert standing.steps("up", "--yes") == {}
    assert pages(standing)
    standing.assert_clean()


def test_two_environments_can_be_changed_at_once(standing):
    standing.call("down", "--all", "--yes")
    standing.call("up", "--yes")
    both = [
        subprocess.Popen(
            standing.command("restart", name, "--yes"), stderr=subprocess.PIPE, text=True
        )
        for name in ("prod", "dev")
    ]
    said = [one.communicate(timeout=240)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    until(lambda: pages(standing), what="both pages")
    standing.assert_clean()


def test_a_stopped_terminal_ends_nothing(standing):
    """The line is lost while all is up: SIGHUP to the whole session of the command line."""
    before: dict[str, Process | None] = standing.processes("prod")
    session = subprocess.Popen(
        standing.command("logs", "prod", "--follow"),
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    session.stdout.readline()
    os.killpg(session.pid, signal.SIGHUP)
    session.communicate(timeout=60)
    assert standing.processes("prod") == before
    assert pages(standing)
