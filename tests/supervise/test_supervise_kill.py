"""Kill -9 of any program, the supervisor, the guardian or both: all comes back, never twice."""

from __future__ import annotations

import itertools
import os
import random
import signal

import pytest
from bench import PYTHON, Bench, holds, kill, until

from partywall.engines.embedded.supervise import companion, control, processes

pytestmark = pytest.mark.scenario


def test_a_killed_program_comes_back_and_others_are_not_disturbed(bench: Bench) -> None:
    web, db = bench.up("dev/web"), bench.up("dev/db")
    kill(web.process)
    until(lambda: bench.state("dev/web").pid not in (None, web.pid))
    state = bench.state("dev/web")
    assert (state.restarts, state.last_exit) == (1, 137)
    assert bench.state("dev/db").pid == db.pid


def test_a_killed_supervisor_is_replaced_and_adopts(bench: Bench) -> None:
    web = bench.up("dev/web")
    old = control.supervisor(bench.run)
    until(bench.is_whole)
    bench.kill_supervisor()
    until(lambda: control.supervisor(bench.run) not in (None, old) and bench.is_whole())
    state = bench.state("dev/web")
    assert (state.pid, state.restarts) == (web.pid, 0)
    kill(web.process)
    until(lambda: bench.state("dev/web").pid not in (None, web.pid))
    assert bench.state("dev/web").restarts == 1


def test_a_killed_guardian_is_replaced(bench: Bench) -> None:
    web = bench.up("dev/web")
    supervisor = control.supervisor(bench.run)
    until(bench.is_whole)
    old = companion.recorded(bench.run)
    kill(old)
    until(lambda: bench.is_whole() and companion.recorded(bench.run) != old)
    assert control.supervisor(bench.run) == supervisor
    assert bench.state("dev/web").pid == web.pid


def test_with_both_killed_one_call_brings_all_back(bench: Bench) -> None:
    web, db = bench.up("dev/web"), bench.up("dev/db")
    until(bench.is_whole)
    bench.kill_guardian()
    bench.kill_supervisor()
    kill(web.process)
    control.ensure(bench.run)
    until(lambda: bench.state("dev/web").pid not in (None, web.pid))
    assert bench.state("dev/db").pid == db.pid
    until(bench.is_whole)


def test_all_killed_at_once_as_by_a_reboot(bench: Bench) -> None:
    before = {key: bench.up(key) for key in ("dev/a", "dev/b", "dev/c")}
    until(bench.is_whole)
    victims = [*(state.process for state in before.values()), control.supervisor(bench.run)]
    kill(companion.recorded(bench.run))
    for victim in victims:
        kill(victim)
    control.ensure(bench.run)
    for key, old in before.items():
        until(lambda key=key, old=old: bench.state(key).pid not in (None, old.pid))


def test_a_program_recorded_in_another_boot_is_started_anew(bench: Bench) -> None:
    web = bench.up("dev/web")
    control.stop(bench.run, all=True)
    control.ensure(bench.run)
    again = control.ready(bench.run, "dev/web", 10)
    assert again.pid != web.pid
    assert again.restarts == 0


def test_no_program_is_ever_there_twice_while_supervisors_die(bench: Bench) -> None:
    keys = [f"dev/s{number}" for number in range(6)]
    chance = random.Random(7)
    seen: list[str] = []
    for _ in range(20):
        for key in chance.sample(keys, 2):
            control.want(bench.run, bench.program(key, "/bin/sleep", str(chance.randint(900, 999))))
        _wait_a_little(chance)
        chance.choice([bench.kill_supervisor, bench.kill_guardian, lambda: _kill_both(bench)])()
        seen += _doubles(bench, keys)
    control.ensure(bench.run)
    for key in (state.key for state in control.states(bench.run).values()):
        control.ready(bench.run, key, 20)
    until(bench.is_whole)
    assert seen + _doubles(bench, keys) == []
    marked = {found.pid for _, found in processes.find_marked(bench.project)}
    assert marked == {state.pid for state in control.states(bench.run).values()}


def _wait_a_little(chance: random.Random) -> None:
    """Let the kill fall on a random moment of the starts, between 0 and 30 ms in."""
    holds(lambda: True, chance.uniform(0, 0.03))


def _kill_both(bench: Bench) -> None:
    bench.kill_guardian()
    bench.kill_supervisor()


def _doubles(bench: Bench, keys: list[str]) -> list[str]:
    """Programs of which two copies live at one instant; one seen ending is not a second."""
    return [
        key
        for key in keys
        if len(pids := bench.copies(key)) > 1
        and sum(processes.stat(pid) is not None for pid in pids) > 1
        and len(bench.copies(key)) > 1
    ]


def test_children_that_outlive_a_killed_program_are_gone_before_the_next(bench: Bench) -> None:
    # One child stays in the session, one leaves it, one also forgets its environment.
    script = (
        "sleep 5000 & setsid sleep 5001 & setsid env -i sleep 5002 & date +%s.%N; exec sleep 1000"
    )
    web = bench.up("dev/web", "/bin/sh", "-c", script, environment={"PATH": "/bin:/usr/bin"})
    lock = bench.run / "dev/web/lock"
    until(lambda: len(processes.holders(lock)) == 4)
    before = {found.pid for found in processes.holders(lock)}
    kill(web.process)
    until(lambda: bench.state("dev/web").pid not in (None, web.pid))
    until(lambda: len(processes.holders(lock)) == 4)
    assert before.isdisjoint(found.pid for found in processes.holders(lock))
    assert not any(processes.stat(pid) and processes.stat(pid).state not in "ZX" for pid in before)


def test_a_crash_loop_backs_off_and_disturbs_nobody(bench: Bench) -> None:
    web = bench.up("prod/web")
    control.want(bench.run, bench.program("dev/web", "/bin/sh", "-c", "date +%s%N; exit 3"))
    until(lambda: bench.state("dev/web").restarts >= 4)
    stamps = [int(line) / 1e9 for line in bench.log("dev/web").split()]
    gaps = [after - before for before, after in itertools.pairwise(stamps)]
    wanted = (0.1, 0.2, 0.4)
    assert all(0.9 * want < gap < want + 0.5 for want, gap in zip(wanted, gaps, strict=False))
    state = bench.state("dev/web")
    assert (state.last_exit, state.running) == (3, False)
    assert bench.state("prod/web").pid == web.pid
    count = state.restarts
    control.poke(bench.run)  # a poke ends the wait
    until(lambda: bench.state("dev/web").restarts > count, 0.7)


def test_two_supervisors_are_never_there_at_once(bench: Bench) -> None:
    bench.up("dev/web")
    until(bench.is_whole)
    first = control.supervisor(bench.run)
    for _ in range(3):
        control._spawn(bench.run)
    holds(lambda: control.supervisor(bench.run) == first, 0.3)
    lock = processes.holders(bench.run / "supervisor.lock")
    assert lock == [first]


def test_a_stopped_process_does_not_hinder_its_end(bench: Bench) -> None:
    web = bench.up("dev/web", stop_grace_seconds=0.3)
    os.kill(web.pid or 0, signal.SIGSTOP)
    control.unwant(bench.run, "dev/web", 10)
    assert not processes.alive(web.process)


def test_no_zombie_is_left_behind(bench: Bench) -> None:
    control.want(bench.run, bench.program("dev/web", PYTHON, "-c", "pass"))
    until(lambda: bench.state("dev/web").restarts >= 3)
    supervisor = control.supervisor(bench.run)
    assert supervisor
    until(lambda: not _zombies(supervisor.pid))


def _zombies(parent: int) -> list[int]:
    found = ((pid, processes.stat(pid)) for pid in processes.pids())
    return [pid for pid, facts in found if facts and facts.parent == parent and facts.state == "Z"]
