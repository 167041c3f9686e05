"""Snapshots of a production that works meanwhile, on both engines, through the command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from scenarios.boxes import docker
from scenarios.installation import Installation, until
from snapshots.places import Project
from snapshots.traffic import Traffic, consistent

pytestmark = pytest.mark.scenario

RATE = 300.0


def slots(project: Project) -> list[tuple[str]]:
    """What production keeps its log for."""
    with project.production() as connection:
        return connection.execute("SELECT slot_name FROM pg_replication_slots").fetchall()


def test_a_copy_of_a_working_production_agrees_with_itself(project: Project) -> None:
    with project.production() as connection:
        former = consistent(connection)
    with Traffic(project.production, RATE) as traffic:
        until(lambda: traffic.done > 50)
        taken = project.document("snapshot", "take")
        before = traffic.done
        opened = project.document("snapshot", "open", "--reveal")
        with project.enter(opened) as copy:
            there = consistent(copy)
        until(lambda: traffic.done > before + 50, what="production goes on")
    assert traffic.failed == []
    assert taken["method"] == "reflink"
    assert former + 50 < there <= former + traffic.done
    assert slots(project) == []
    with project.production() as connection:
        assert consistent(connection) == former + traffic.done
    project.call("snapshot", "close", opened["clone"])
    assert project.left() == []


def test_what_is_written_into_a_copy_is_in_no_other(project: Project) -> None:
    project.call("snapshot", "take", "--label", "shared")
    first, second = (
        project.document("snapshot", "open", "--snapshot", "shared", "--reveal") for _ in range(2)
    )
    with project.enter(first) as copy:
        copy.execute("DROP TABLE mirror, history")
    with project.enter(second) as copy:
        consistent(copy)
    with project.production() as connection:
        consistent(connection)
    project.call("snapshot", "close", "--all")
    assert project.left() == []


def test_production_goes_on_as_the_same_server(project: Project) -> None:
    question = (
        "SELECT pg_postmaster_start_time(), (SELECT system_identifier FROM pg_control_system())"
    )
    with project.production() as connection:
        before = connection.execute(question).fetchall()
    project.call("snapshot", "take", "--open")
    project.call("snapshot", "close", "--all")
    with project.production() as connection:
        assert connection.execute(question).fetchall() == before


def test_nobody_comes_into_a_copy_with_productions_password(project: Project) -> None:
    project.call("snapshot", "take")
    opened = project.document("snapshot", "open", "--reveal")
    host, port = opened["host"], opened["port"]
    try:
        with pytest.raises(psycopg.OperationalError, match="authentication"):
            psycopg.connect(
                host=host, port=port, dbname=project.name, user=project.name,
                password=project.password(), connect_timeout=20,
            )  # fmt: skip
    finally:
        project.call("snapshot", "close", "--all")


def test_a_copy_speaks_to_nobody(project: Project) -> None:
    project.call("snapshot", "take")
    opened = project.document("snapshot", "open", "--reveal")
    try:
        with project.enter(opened) as copy:
            said = {
                name: copy.execute(f"SHOW {name}").fetchone()
                for name in (
                    *("archive_mode", "max_logical_replication_workers"),
                    *("synchronous_standby_names", "max_wal_senders", "unix_socket_directories"),
                )
            }
    finally:
        project.call("snapshot", "close", "--all")
    assert said == {
        "archive_mode": ("off",),
        "max_logical_replication_workers": ("0",),
        "synchronous_standby_names": ("",),
        "max_wal_senders": ("0",),
        "unix_socket_directories": ("",),
    }


def test_a_copy_is_gone_when_its_time_is_over(project: Project) -> None:
    project.call("snapshot", "take")
    opened = project.document("snapshot", "open", "--for", "3s")
    assert project.left()
    until(lambda: not project.left(), what="its server has ended by itself")
    listed = project.document("snapshot", "list")
    assert opened["clone"] not in [one["clone"] for one in listed["open"]]
    assert not list(project.home.glob(f"**/clones/{opened['clone']}"))


def test_a_command_has_a_copy_for_itself_and_its_exit_code_counts(project: Project) -> None:
    project.call("snapshot", "take")
    code = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'] else 0)"
    project.call("snapshot", "open", sys.executable, "-c", code, code=7)
    assert project.left() == []


def test_a_copy_whose_server_was_killed_is_closed_by_the_next_command(project: Project) -> None:
    project.call("snapshot", "take")
    project.call("snapshot", "open")
    assert project.left()
    _kill(project)
    until(lambda: not project.left())
    assert project.document("snapshot", "list")["open"] == []


def _kill(project: Project) -> None:
    """End the server of the only open copy at once."""
    if isinstance(project.of, Installation):
        for key, process in project.of.marked():
            if key.startswith("throwaway/"):
                os.kill(process.pid, signal.SIGKILL)
    else:
        docker("kill", *project.left())


def test_old_ones_go_and_labels_stay(project: Project) -> None:
    project.call("snapshot", "take", "--label", "kept")
    for _ in range(2):
        project.call("snapshot", "take")
    would = project.call("snapshot", "prune", "--keep", "1", "--dry-run").out
    assert "would drop" in would
    pruned = project.document("snapshot", "prune", "--keep", "1")
    assert not pruned["dry_run"]
    assert all(f"would drop {one}" in would for one in pruned["dropped"])
    left = project.document("snapshot", "list")["snapshots"]
    assert [one["label"] for one in left].count("") == 1
    assert "kept" in [one["label"] for one in left]
    would_go = project.document("snapshot", "drop", "kept", "--dry-run")
    assert would_go["dry_run"]
    there = project.document("snapshot", "list")["snapshots"]
    assert set(would_go["dropped"]) <= {one["id"] for one in there}
    assert "no snapshot nothing" in project.call("snapshot", "drop", "kept", "nothing", code=2).err
    assert project.document("snapshot", "drop", "kept") == would_go | {"dry_run": False}


def test_what_is_asked_wrongly_is_said_in_one_sentence(project: Project) -> None:
    for words, code, said in (
        (("snapshot", "show", "nothing"), 2, "no snapshot nothing"),
        (("snapshot", "open", "--for", "soon"), 2, "--for"),
        (("snapshot", "close", "nothing"), 2, "no open snapshot nothing"),
        (("snapshot", "take", "nowhere"), 2, "nowhere"),
        (("snapshot", "take", "--service", "web"), 2, "web"),
    ):
        assert said in project.call(*words, code=code).err


def test_a_plan_is_shown_and_nothing_done(project: Project) -> None:
    before = project.document("snapshot", "list")
    assert "reflink" in project.call("snapshot", "take", "--dry-run").out
    assert project.document("snapshot", "list") == before


def test_copies_that_wait_are_taken_first(project: Project) -> None:
    project.call("snapshot", "take", "--label", "warm")
    warm = project.document("snapshot", "warm", "--snapshot", "warm", "--count", "2")
    waiting = {one["clone"] for one in project.document("snapshot", "list")["open"]}
    assert {one["clone"] for one in warm["new"]} == waiting
    words = ("snapshot", "open", "--snapshot", "warm", "--reveal")
    opened = [project.document(*words) for _ in range(3)]
    assert {one["clone"] for one in opened[:2]} == waiting
    assert opened[2]["clone"] not in waiting
    for one in opened:
        with project.enter(one) as copy:
            consistent(copy)
    closed = project.document("snapshot", "close", "--all")["closed"]
    assert set(closed) == {one["clone"] for one in opened}
    project.call("snapshot", "drop", "warm")
    assert project.left() == []


@pytest.mark.docker
@pytest.mark.parametrize("project", ["docker"], indirect=True)
def test_a_copys_container_is_bounded_and_has_no_way_out(project: Project) -> None:
    project.call("snapshot", "take", "--open")
    (container,) = project.left()
    try:
        said = json.loads("".join(docker("inspect", container)))[0]
        host = said["HostConfig"]
        assert 0 < host["Memory"] == host["MemorySwap"] <= 2 << 30
        assert 0 < host["NanoCpus"] <= os.cpu_count() * 1e9  # type: ignore[operator]
        assert host["PidsLimit"] == 512
        assert host["CapDrop"] == ["ALL"]
        assert host["AutoRemove"]
        assert not host["PortBindings"]
        (network,) = said["NetworkSettings"]["Networks"]
        assert json.loads("".join(docker("network", "inspect", network)))[0]["Internal"]
        assert project.password() not in json.dumps(said)
    finally:
        project.call("snapshot", "close", "--all")


@pytest.mark.parametrize("project", ["embedded"], indirect=True)
def test_a_hundred_databases_for_tests_take_no_room_worth_the_name(project: Project) -> None:
    project.call("snapshot", "take")
    opened = project.document("snapshot", "open", "--reveal")
    with project.enter(opened) as copy:
        row = copy.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    before = used(project.home)
    try:
        url = {**opened["environment"], "PGDATABASE": "postgres"}
        with psycopg.connect(
            host=url["PGHOST"], port=int(url["PGPORT"]), user=url["PGUSER"],
            password=url["PGPASSWORD"], dbname="postgres", autocommit=True,
        ) as copy:  # fmt: skip
            for number in range(100):
                made = f"CREATE DATABASE t_{number} TEMPLATE {project.name} STRATEGY FILE_COPY"
                copy.execute(made)  # type: ignore[arg-type]
        assert used(project.home) - before < 20 * row[0], "100 copies"
    finally:
        project.call("snapshot", "close", "--all")


def used(folder: Path) -> int:
    """Bytes that its file system has given away."""
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def test_where_the_machine_has_no_psql_the_servers_own_is_run(project: Project) -> None:
    project.call("snapshot", "take", "--open")
    try:
        # Nothing but what the engine needs is on this path.
        bare = project.home / "bare"
        bare.mkdir(exist_ok=True)
        for name in ("docker", "timeout", "nice", "sh"):
            link = bare / name
            if not link.is_symlink():
                link.symlink_to(shutil.which(name) or "/nowhere")
        words = ("snapshot", "exec", "psql", "-Atc", "SELECT count(*) FROM accounts")
        environment = {**os.environ, **(getattr(project.of, "environ", dict)()), "PATH": str(bare)}
        done = subprocess.run(
            project.of.command(*words), env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout.strip()) == (0, "2000"), done.stderr
        done = project.call("snapshot", "exec", "no-such-program", code=2)
        assert "no-such-program cannot be run" in done.err
    finally:
        project.call("snapshot", "close", "--all")
