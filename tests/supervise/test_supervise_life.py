"""A life: started, well, replaced, stopped, forgotten; and what lets it outlive its caller."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from bench import PYTHON, Bench, holds, until

from partywall.engines.embedded.supervise import control, processes
from partywall.engines.embedded.supervise.failure import SupervisionError
from partywall.engines.embedded.supervise.program import Health

pytestmark = pytest.mark.scenario
SRC = Path(__file__).parents[2] / "src"


def test_a_program_is_started_then_left_alone_then_gone(bench: Bench) -> None:
    first = bench.up("dev/web", labels={"project": "trial"})
    again = bench.up("dev/web", labels={"project": "trial"})
    assert (again.pid, again.restarts, again.labels) == (first.pid, 0, {"project": "trial"})
    control.unwant(bench.run, "dev/web")
    assert not bench.state("dev/web").running
    assert bench.copies("dev/web") == []
    control.forget(bench.run, "dev/web")
    assert control.states(bench.run) == {}


def test_another_description_replaces_the_copy_and_a_label_does_not(bench: Bench) -> None:
    first = bench.up("dev/web")
    labelled = bench.up("dev/web", labels={"new": "one"})
    assert labelled.pid == first.pid
    other = bench.up("dev/web", "/bin/sleep", "2000")
    assert other.pid != first.pid
    assert other.restarts == 0
    control.restart(bench.run, "dev/web")
    third = control.ready(bench.run, "dev/web", 10)
    assert third.pid != other.pid
    assert bench.copies("dev/web") == [third.pid]


def test_a_program_gets_exactly_the_environment_it_is_given(bench: Bench) -> None:
    state = bench.up("dev/web", "/bin/sleep", "1000", environment={"A": "b"})
    words = set(Path(f"/proc/{state.pid}/environ").read_text().split("\0")) - {""}
    assert words == {"A=b", f"PARTYWALL_INSTANCE={bench.project}:dev/web"}
    descriptors = {fd.readlink() for fd in Path(f"/proc/{state.pid}/fd").iterdir()}
    log = bench.folder / "dev-web.log"
    assert descriptors == {Path("/dev/null"), log, bench.run / "dev/web/lock"}


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_damaged_record_is_written_again_and_nothing_restarts(bench: Bench, content: str) -> None:
    first = bench.up("dev/web")
    path = bench.run / "dev" / "web" / "process.json"
    path.write_text(content)
    control.poke(bench.run)
    until(lambda: bench.state("dev/web").running)
    assert bench.state("dev/web").pid == first.pid
    assert bench.copies("dev/web") == [first.pid]


def test_a_damaged_record_that_a_new_supervisor_finds_ends_in_one_copy(bench: Bench) -> None:
    bench.up("dev/web")
    bench.kill_guardian()
    bench.kill_supervisor()
    (bench.run / "dev" / "web" / "process.json").write_text("{")
    control.ensure(bench.run)
    until(lambda: bench.state("dev/web").running)
    assert bench.copies("dev/web") == [bench.state("dev/web").pid]


def test_a_unix_socket_that_answers_is_health(bench: Bench, tmp_path: Path) -> None:
    script = (
        "import socket, sys, time; s = socket.socket(socket.AF_UNIX); time.sleep(0.2); "
        "s.bind(sys.argv[1]); s.listen(); time.sleep(1000)"
    )
    path = str(tmp_path / "s")
    state = bench.up("dev/web", PYTHON, "-c", script, path, health=Health(unix=path))
    assert state.healthy
    assert path in state.health_says


def test_what_cannot_be_started_says_why(bench: Bench) -> None:
    with pytest.raises(SupervisionError, match="/no/such cannot be run: No such file"):
        bench.up("dev/web", "/no/such")
    assert "partywall: /no/such cannot be run" in bench.log("dev/web")
    control.want(bench.run, bench.program("dev/web", folder="/no/folder"))
    until(lambda: "/no/folder cannot be entered" in bench.state("dev/web").failed)
    assert bench.up("dev/web").failed == ""


@pytest.mark.parametrize("kind", ["command", "tcp", "http"])
def test_health_is_asked_in_each_way(bench: Bench, kind: str, unused_port: int) -> None:
    page = bench.folder / "page"
    page.mkdir()
    serve = (PYTHON, "-m", "http.server", "--bind", "127.0.0.1", str(unused_port))
    ways = {
        "command": Health(command=("/bin/sh", "-c", "echo says $A; test -e page")),
        "tcp": Health(tcp=("127.0.0.1", unused_port)),
        "http": Health(http=f"http://127.0.0.1:{unused_port}/page"),
    }
    health = ways[kind]._replace(interval=0.1, retries=2, timeout=2)
    fields = {"health": health, "folder": str(bench.folder), "environment": {"A": "aloud"}}
    state = bench.up("dev/web", *serve, **fields)
    said = {"command": "says aloud", "tcp": "connected", "http": "HTTP/1.0 301"}
    assert said[kind] in state.health_says
    page.rmdir()
    if kind != "tcp":
        until(lambda: bench.state("dev/web").healthy is False)
        page.mkdir()
        until(lambda: bench.state("dev/web").healthy is True)


def test_a_check_that_hangs_is_cut_off_and_killed(bench: Bench) -> None:
    health = Health(("/bin/sh", "-c", "sleep 500 & wait"), interval=0.1, timeout=0.2, retries=1)
    control.want(bench.run, bench.program("dev/web", health=health))
    until(lambda: bench.state("dev/web").healthy is False)
    assert bench.state("dev/web").health_says == "no answer within 0.2 s"
    control.unwant(bench.run, "dev/web")
    until(lambda: processes.find_marked(bench.project) == [])


def test_what_comes_after_waits_until_the_other_is_well(bench: Bench) -> None:
    flag = bench.folder / "flag"
    health = Health(("/bin/sh", "-c", f"test -e {flag}"), interval=0.1)
    control.want(bench.run, bench.program("dev/db", health=health))
    control.want(bench.run, bench.program("dev/web", after=("dev/db", "dev/unknown")))
    until(lambda: bench.state("dev/db").running)
    holds(lambda: not bench.state("dev/web").running, 0.5)
    flag.touch()
    control.ready(bench.run, "dev/web", 5)


def test_programs_outlive_the_process_that_wanted_them(bench: Bench) -> None:
    subprocess.run([sys.executable, "-c", _script(bench)], check=True, timeout=30)
    state = control.ready(bench.run, "dev/web", 10)
    until(bench.is_whole)
    kill_and_expect_another(bench, state)


def test_programs_outlive_the_terminal(bench: Bench) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", _script(bench) + "; time.sleep(100)"])
    try:
        state = control.ready(bench.run, "dev/web", 20)
    finally:
        os.close(terminal)  # the hang-up: the kernel sends SIGHUP to the session
        _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGHUP
    kill_and_expect_another(bench, state)


def kill_and_expect_another(bench: Bench, state: control.State) -> None:
    assert state.pid
    os.kill(state.pid, signal.SIGKILL)
    until(lambda: bench.state("dev/web").pid not in (None, state.pid))
    assert bench.state("dev/web").last_exit == 137


def test_a_removed_run_folder_takes_its_programs_along(bench: Bench) -> None:
    state = bench.up("dev/web")
    gone = bench.folder / "gone"
    bench.run.rename(gone)
    supervisor = control.supervisor(gone)
    until(lambda: not processes.alive(state.process) and not processes.alive(supervisor))


def test_reading_all_states_starts_nothing_and_is_fast(bench: Bench) -> None:
    for number in range(8):
        control.want(bench.run, bench.program(f"dev/s{number}"))
    for number in range(8):
        control.ready(bench.run, f"dev/s{number}", 10)
    begin = time.perf_counter()
    assert all(state.running for state in control.states(bench.run).values())
    assert time.perf_counter() - begin < 0.1


def _script(bench: Bench) -> str:
    return textwrap.dedent(f"""
        import sys, time; sys.path.insert(0, {str(SRC)!r})
        from pathlib import Path
        from partywall.engines.embedded.supervise import control, program
        wish = program.from_json({bench.program("dev/web").to_json()!r})
        control.want(Path({str(bench.run)!r}), wish)""").strip()
