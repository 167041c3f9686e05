"""Snapshots under load while commands and servers are killed: what is listed opens."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import psycopg
import pytest

from scenarios.boxes import docker
from scenarios.installation import Installation, until
from snapshots.places import Project
from snapshots.traffic import Traffic, consistent

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(3600)]

RATE = 200.0
SEED = int(os.environ.get("PARTYWALL_SEED", "18"))


def test_whatever_is_killed_what_is_listed_opens(project: Project) -> None:
    """Ten rounds: each kind of kill at least twice."""
    rounds(project, 10)


def test_dumps_that_are_killed_harm_nobody(project: Project) -> None:
    """Eight rounds: while it is dumped, a cluster is made, and it is restored."""
    rounds(project, 8, "--method", "dump", within=6.0)


@pytest.mark.long
def test_two_hundred_snapshots_under_random_kills(project: Project) -> None:
    rounds(project, 200)


def rounds(project: Project, count: int, *words: str, within: float = 1.5) -> None:
    """Take snapshots under load, killing each time something else at a random moment."""
    chance = random.Random(SEED)
    kinds = ("command", "production", "copy", "nothing")
    for number in range(count):
        kind = kinds[number % len(kinds)]
        with Traffic(project.production, RATE) as traffic:
            until(lambda: traffic.done > 5, what="production works")
            after = chance.random() * within
            taking(project, kind, after, *words)
        if kind != "production":
            assert traffic.failed == [], (number, kind)
        intact(project, traffic.done)
        every_listed_one_opens(project)
        project.call("snapshot", "prune", "--keep", "1")
    nothing_is_left(project)


def taking(project: Project, kind: str, after: float, *words: str) -> None:
    """Take a snapshot, and kill something a while after its beginning."""
    command = subprocess.Popen(
        project.of.command("snapshot", "take", "--open", *words), **_quietly(project)
    )  # fmt: skip
    time.sleep(after)
    if kind == "command":
        command.kill()
    elif kind == "production":
        kill_production(project)
    elif kind == "copy":
        kill_copies(project)
    code = command.wait(120)
    assert kind != "nothing" or code == 0


def _quietly(project: Project) -> dict[str, object]:
    environment = {} if isinstance(project.of, Installation) else {"env": project.of.environ()}
    return {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        **environment,
    }


def kill_production(project: Project) -> None:
    """End production's server at once; its engine starts it again."""
    if isinstance(project.of, Installation):
        process = project.of.process("prod/db")
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
    else:
        pid = docker("inspect", "-f", "{{.State.Pid}}", project.container())[0]
        os.kill(int(pid), signal.SIGKILL)


def kill_copies(project: Project) -> None:
    """End servers on copies at once, whatever they are for."""
    if isinstance(project.of, Installation):
        for key, process in project.of.marked():
            if key.startswith("throwaway/"):
                os.kill(process.pid, signal.SIGKILL)
    else:
        for container in project.left():
            subprocess.run(["docker", "kill", container], capture_output=True, check=False)


def intact(project: Project, least: int) -> None:
    """Production works (again), holds all that it took, and keeps nothing for us."""
    until(lambda: _answers(project), what="production answers")
    with project.production() as connection:
        assert consistent(connection) >= least
        assert connection.execute("SELECT slot_name FROM pg_replication_slots").fetchall() == []


def _answers(project: Project) -> bool:
    try:
        with project.production() as connection:
            connection.execute("SELECT 1")
    except (psycopg.Error, IndexError):  # its container is just being started
        return False
    return True


def every_listed_one_opens(project: Project) -> None:
    """Each snapshot that there is opens, and agrees with itself."""
    for one in project.document("snapshot", "list")["snapshots"]:
        opened = project.document("snapshot", "open", "--snapshot", one["id"], "--reveal")
        with project.enter(opened) as copy:
            consistent(copy)
    project.call("snapshot", "close", "--all")


def nothing_is_left(project: Project) -> None:
    """No server on a copy, no draft, no clone."""
    assert project.left() == []
    copies = project.home / "copies"
    assert not list(copies.glob("clones/*"))
    assert not list(copies.glob("snapshots/.*"))
