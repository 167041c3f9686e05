"""Snapshots of servers whose files cannot be copied: dumped, restored and compared."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scenarios.installation import Installation, until
from snapshots.places import Project
from snapshots.traffic import Traffic, consistent

pytestmark = pytest.mark.scenario

_MADE = """
CREATE ROLE reader LOGIN PASSWORD 'reads';
CREATE ROLE "Odd role" NOLOGIN;
GRANT "Odd role" TO reader;
ALTER ROLE reader SET work_mem = '7MB';
CREATE SCHEMA shop;
CREATE TABLE shop.things (id serial PRIMARY KEY, what text UNIQUE) TABLESPACE elsewhere;
CREATE TABLE shop.parts (LIKE shop.things) PARTITION BY RANGE (id);
CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM (0) TO (1000);
CREATE VIEW shop.seen AS SELECT what FROM shop.things;
GRANT SELECT ON shop.things TO reader;
CREATE UNLOGGED TABLE shop.passing AS SELECT 1 AS one;
INSERT INTO shop.things (what) SELECT md5(i::text) FROM generate_series(1, 500) i;
INSERT INTO shop.parts SELECT * FROM shop.things;
"""
_GONE = """
DROP SCHEMA shop CASCADE;
DROP ROLE reader;
DROP ROLE "Odd role";
"""


def beside(connection: psycopg.Connection[Any], command: str) -> None:
    """Run a command where the server is, in its data directory."""
    connection.execute(f"COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; {command}'")


@contextlib.contextmanager
def elsewhere(project: Project) -> Iterator[None]:
    """Production with a tablespace outside of its data directory, and a database in it."""
    folder = f"/tmp/elsewhere-{os.getpid()}"
    with project.production() as connection:
        beside(connection, f"mkdir -m 700 {folder}")
        connection.execute(f"CREATE TABLESPACE elsewhere LOCATION '{folder}'")
        connection.execute(_MADE)
        connection.execute("""CREATE DATABASE "it's = odd" TABLESPACE elsewhere""")
        try:
            yield
        finally:
            connection.execute("""DROP DATABASE "it's = odd" """)
            connection.execute(_GONE)
            connection.execute("DROP TABLESPACE elsewhere")
            beside(connection, f"rmdir {folder}")


@pytest.fixture
def spread(project: Project) -> Iterator[Project]:
    """Such a production; no snapshot of it is left."""
    with elsewhere(project):
        yield project
    project.call("snapshot", "close", "--all")
    project.call("snapshot", "prune", "--keep", "0")
    assert project.left() == []


def test_a_server_with_tablespaces_is_dumped_and_all_of_it_is_there(spread: Project) -> None:
    would = spread.document("snapshot", "take", "--dry-run")
    assert would["method"] == "dump"
    with Traffic(spread.production, 200) as traffic:
        until(lambda: traffic.done > 20)
        taken = spread.document("snapshot", "take")
    assert traffic.failed == []
    assert taken["method"] == "dump"
    assert "1 tablespaces" in taken["why"][0]
    assert "as many rows" in taken["notes"][0]
    assert "it's = odd" in taken["verified"]
    opened = spread.document("snapshot", "open", "--reveal")
    with spread.enter(opened) as copy:
        consistent(copy)
        for question, expected in (
            ("SELECT count(*) FROM shop.things", 500),
            ("SELECT count(*) FROM shop.seen", 500),
            ("SELECT count(*) FROM ONLY shop.parts_1", 500),
            ("SELECT nextval('shop.things_id_seq')", 501),
            ("SELECT has_table_privilege('reader', 'shop.things', 'SELECT')", True),
            ("SELECT pg_has_role('reader', 'Odd role', 'MEMBER')", True),
            ("SELECT rolconfig[1] FROM pg_roles WHERE rolname = 'reader'", "work_mem=7MB"),
            ("SELECT count(*) FROM pg_shadow WHERE usename = 'reader' AND passwd IS NOT NULL", 0),
            ("SELECT count(*) FROM pg_statistic WHERE starelid = 'shop.things'::regclass", 2),
        ):
            assert copy.execute(question).fetchone() == (expected,), question


def test_it_is_made_as_production_is(spread: Project) -> None:
    question = """SELECT pg_encoding_to_char(encoding), datcollate, datctype,
        current_setting('data_checksums'), current_setting('server_version'), current_user
        FROM pg_database WHERE datname = current_database()"""
    spread.call("snapshot", "take")
    opened = spread.document("snapshot", "open", "--reveal")
    with spread.enter(opened) as copy, spread.production() as production:
        assert copy.execute(question).fetchone() == production.execute(question).fetchone()


def test_it_can_be_asked_for(project: Project) -> None:
    taken = project.document("snapshot", "take", "--method", "dump")
    assert taken["method"] == "dump"
    assert taken["why"] == []
    opened = project.document("snapshot", "open", "--reveal")
    with project.enter(opened) as copy:
        consistent(copy)
    project.call("snapshot", "close", "--all")
    project.call("snapshot", "drop", taken["id"])


def test_a_better_way_that_is_asked_for_is_refused_with_its_reason(spread: Project) -> None:
    said = spread.call("snapshot", "take", "--method", "base-backup", code=5).err
    assert "tablespaces" in said
    assert "`dump` can be had" in said


def test_killed_while_it_dumps_nothing_goes_on_in_production(spread: Project) -> None:
    with spread.production() as holding:
        holding.execute("BEGIN; LOCK TABLE shop.passing IN ACCESS EXCLUSIVE MODE")
        more = {} if isinstance(spread.of, Installation) else {"env": spread.of.environ()}
        taking = subprocess.Popen(
            spread.of.command("snapshot", "take"), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more,
        )  # fmt: skip
        until(lambda: dumping(spread), what="it dumps")
        taking.kill()
        taking.wait()
        until(lambda: not dumping(spread), what="no dump goes on")
        holding.execute("ROLLBACK")
    assert "broke off" in spread.call("snapshot", "list").err


def dumping(project: Project) -> list[str]:
    """The processes that dump production's database, inside of containers, too."""
    mark = f"--dbname=dbname='{project.name}'".encode()
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (one / "cmdline").read_bytes().split(b"\0")
            if Path(words[0].decode()).name == "pg_dump" and mark in words:
                found.append(one.name)
    return found


def test_a_standby_is_dumped(project: Project) -> None:
    with project.production() as connection:
        beside(connection, "touch standby.signal")
    project.call("restart", "prod", "db", "--yes")
    try:
        taken = project.document("snapshot", "take")
        opened = project.document("snapshot", "open", "--reveal")
        with project.enter(opened) as copy:
            consistent(copy)
            assert copy.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
        project.call("snapshot", "close", "--all")
        project.call("snapshot", "drop", taken["id"])
    finally:
        with project.production() as connection:
            beside(connection, "rm standby.signal")
        project.call("restart", "prod", "db", "--yes")
    assert taken["method"] == "dump"
    assert "standby" in taken["why"][0]


def test_a_server_whose_log_is_elsewhere_is_dumped(project: Project) -> None:
    with project.production() as connection:
        beside(connection, "mv pg_wal away; ln -s away pg_wal")
        try:
            would = project.document("snapshot", "take", "--dry-run")
        finally:
            beside(connection, "rm pg_wal; mv away pg_wal")
    assert would["method"] == "dump"
    assert "`pg_wal` is a link" in would["why"][0]
