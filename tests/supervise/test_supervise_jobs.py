"""One-shot jobs: run once, their exit code kept whoever dies, run again only when asked."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from bench import Bench, holds, kill, until

from partywall.engines.embedded.supervise import companion, control, processes

pytestmark = pytest.mark.scenario
ENVIRONMENT = {"PATH": "/bin:/usr/bin"}


def job(bench: Bench, script: str, **fields: object) -> control.State:
    control.want(bench.run, bench.program("dev/job", "/bin/sh", "-c", script, once=True, **fields))
    return control.ready(bench.run, "dev/job", 20)


def test_a_job_runs_once_until_it_is_wanted_again(bench: Bench) -> None:
    assert job(bench, "echo ran").succeeded
    control.poke(bench.run)
    control.stop(bench.run)
    control.ensure(bench.run)
    control.poke(bench.run)
    holds(lambda: bench.log("dev/job") == "ran\n", 0.3)
    assert job(bench, "echo ran").succeeded
    assert bench.log("dev/job") == "ran\nran\n"


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -9 $$", 137), ("true", 0)])
def test_a_job_tells_its_exit(bench: Bench, script: str, code: int) -> None:
    state = job(bench, script)
    assert (state.finished, state.last_exit, state.restarts) == (True, code, 0)


def test_a_job_that_cannot_start_says_why(bench: Bench) -> None:
    state = job(bench, "true", folder="/no/folder")
    assert state.last_exit == 127
    assert "/no/folder cannot be entered" in state.failed


def test_an_exit_code_survives_the_death_of_the_supervisor(bench: Bench) -> None:
    flag = bench.folder / "flag"
    script = f"while ! test -e {flag}; do sleep 0.02; done; exit 9"
    wish = bench.program("dev/job", "/bin/sh", "-c", script, once=True, environment=ENVIRONMENT)
    control.want(bench.run, wish)
    until(lambda: bench.state("dev/job").running and bench.is_whole())
    kill(companion.recorded(bench.run))
    bench.kill_supervisor()
    flag.touch()
    until(lambda: bench.state("dev/job").finished)
    assert control.supervisor(bench.run) is None
    control.ensure(bench.run)
    holds(lambda: bench.state("dev/job").last_exit == 9, 0.3)


def test_a_job_whose_parent_is_killed_is_ended_and_reported(bench: Bench) -> None:
    wish = bench.program("dev/job", "/bin/sleep", "1000", once=True)
    control.want(bench.run, wish)
    until(lambda: len(bench.copies("dev/job")) == 1)
    kill(bench.state("dev/job").process)
    until(lambda: bench.state("dev/job").finished)
    state = bench.state("dev/job")
    assert (state.last_exit, state.failed) == (137, "the job was killed before it could end")
    assert bench.copies("dev/job") == []


def test_a_failing_job_is_tried_again_when_its_rule_says_so(bench: Bench) -> None:
    count = bench.folder / "count"
    script = f"echo x >> {count}; test $(wc -l < {count}) -ge 3"
    state = job(bench, script, restart="on-failure", environment=ENVIRONMENT)
    assert (state.succeeded, state.restarts) == (True, 2)


def test_a_running_job_can_be_stopped(bench: Bench) -> None:
    control.want(bench.run, bench.program("dev/job", "/bin/sleep", "1000", once=True))
    until(lambda: bench.copies("dev/job"))
    control.unwant(bench.run, "dev/job", 5)
    assert bench.copies("dev/job") == []


@pytest.mark.parametrize(
    ("rule", "code", "over"), [("no", 3, 1), ("on-failure", 0, 1), ("on-failure", 3, 0)]
)
def test_restart_rules_of_programs(bench: Bench, rule: str, code: int, over: int) -> None:
    command = ("/bin/sh", "-c", f"exit {code}")
    control.want(bench.run, bench.program("dev/web", *command, restart=rule))
    until(lambda: bench.state("dev/web").finished or bench.state("dev/web").restarts > 1)
    state = bench.state("dev/web")
    assert (state.finished, state.last_exit) == (bool(over), code)


def test_a_job_in_flight_is_seen_as_running(bench: Bench) -> None:
    control.want(bench.run, bench.program("dev/job", "/bin/sleep", "1000", once=True))
    until(lambda: bench.copies("dev/job"))
    state = bench.state("dev/job")
    assert state.running
    assert not state.finished
    leader = processes.identify(state.pid or 0)
    assert leader == state.process
    assert Path(f"/proc/{bench.copies('dev/job')[0]}").exists()
    os.kill(bench.copies("dev/job")[0], signal.SIGTERM)
    until(lambda: bench.state("dev/job").last_exit == 143)
