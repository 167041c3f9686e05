"""Stopping: gently first, wholly in the end; and an orderly end of supervision itself."""

from __future__ import annotations

import time

import pytest
from bench import Bench, holds, until

from partywall.engines.embedded.supervise import companion, control, processes

pytestmark = pytest.mark.scenario
STUBBORN = (
    "trap '' TERM INT; (trap '' TERM INT; while :; do sleep 1; done) & while :; do sleep 1; done"
)
POLITE = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
ENVIRONMENT = {"PATH": "/bin:/usr/bin"}


def test_a_polite_program_is_not_killed(bench: Bench) -> None:
    bench.up("dev/web", "/bin/sh", "-c", POLITE, environment=ENVIRONMENT)
    until(lambda: "ready" in bench.log("dev/web"))
    begin = time.monotonic()
    control.unwant(bench.run, "dev/web")
    assert "bye" in bench.log("dev/web")
    assert time.monotonic() - begin < 2


def test_stubborn_children_are_killed_after_the_grace(bench: Bench) -> None:
    fields = {"stop_grace_seconds": 0.5, "environment": ENVIRONMENT}
    bench.up("dev/web", "/bin/sh", "-c", STUBBORN, **fields)
    until(lambda: len(bench.copies("dev/web")) >= 3)
    begin = time.monotonic()
    control.unwant(bench.run, "dev/web")
    assert 0.5 <= time.monotonic() - begin < 5
    assert bench.copies("dev/web") == []


def test_children_of_a_main_process_that_ends_first_get_the_signal_too(bench: Bench) -> None:
    script = f"({POLITE}) & trap 'exit 0' TERM; wait"
    bench.up("dev/web", "/bin/sh", "-c", script, environment=ENVIRONMENT)
    until(lambda: "ready" in bench.log("dev/web"))
    begin = time.monotonic()
    control.unwant(bench.run, "dev/web")
    assert time.monotonic() - begin < 3
    assert "bye" in bench.log("dev/web")


def test_supervision_can_end_while_programs_stay(bench: Bench) -> None:
    web = bench.up("dev/web")
    until(bench.is_whole)
    guardian = companion.recorded(bench.run)
    control.stop(bench.run)
    holds(lambda: control.supervisor(bench.run) is None and not processes.alive(guardian), 0.3)
    assert processes.alive(web.process)
    control.ensure(bench.run)
    until(bench.is_whole)
    assert bench.state("dev/web").pid == web.pid


def test_stop_all_ends_those_that_others_need_last(bench: Bench) -> None:
    said = POLITE.replace("echo bye", "date +%s%N")
    for key, after in (("dev/db", ()), ("dev/web", ("dev/db",))):
        bench.up(key, "/bin/sh", "-c", said, after=after, environment=ENVIRONMENT)
        until(lambda key=key: "ready" in bench.log(key))
    control.stop(bench.run, all=True)
    assert int(bench.log("dev/web").split()[-1]) < int(bench.log("dev/db").split()[-1])
    assert processes.find_marked(bench.project) == []
    control.ensure(bench.run)  # they are still wanted
    control.ready(bench.run, "dev/web", 20)


def test_stopping_what_was_never_there_is_no_error(bench: Bench) -> None:
    control.unwant(bench.run, "dev/none")
    control.stop(bench.run, all=True)
    assert not bench.state("dev/none").running
