"""`rehearse` by the command line, on both engines: what runs, what it reaches, what is left."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from scenarios.installation import Installation, until
from snapshots.places import Project

pytestmark = pytest.mark.scenario

ADD = "ALTER TABLE accounts ADD COLUMN note text"
DROP = "ALTER TABLE accounts DROP COLUMN pad"
UNIQUE = "CREATE UNIQUE INDEX CONCURRENTLY one_amount ON accounts (amount)"


def rehearsed(project: Project, *words: str, code: int = 0) -> Any:
    """The document of a rehearsal."""
    return json.loads(project.call("rehearse", "--json", *words, code=code).out)


def psql(project: Project, *statements: str) -> tuple[str, ...]:
    """The words of a rehearsal of statements, run where the server's own programs are."""
    # Of an app in containers the image of the server has them.
    place = () if isinstance(project.of, Installation) else ("--as", "db")
    said = (word for one in statements for word in ("-c", one))
    return (*place, "--", "psql", "-v", "ON_ERROR_STOP=1", *said)


def columns(project: Project) -> list[str]:
    """Production's, of the table that is migrated."""
    with project.production() as connection:
        found = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'accounts'::regclass AND attnum > 0"
        )
        return [str(row[0]) for row in found]


def test_what_hurts_nobody_is_safe_and_production_is_as_it_was(project: Project) -> None:
    before = columns(project)
    said = rehearsed(project, *psql(project, ADD))
    assert (said["verdict"], said["reasons"]) == ("safe", [])
    assert any("ADD COLUMN" in one["sql"] for one in said["statements"])
    assert said["schema_diff"]
    assert columns(project) == before
    assert project.left() == []


def test_what_loses_data_is_a_risk_that_can_be_accepted(project: Project) -> None:
    said = rehearsed(project, *psql(project, DROP), code=1)
    assert said["verdict"] == "risky"
    kinds = {one["kind"] for one in said["reasons"]}
    assert "data-loss" in kinds
    accepted = [word for kind in kinds for word in ("--accept", kind)]
    project.call("rehearse", *accepted, *psql(project, DROP))


def test_what_fails_on_real_rows_alone_is_said_to(project: Project) -> None:
    with project.production() as connection:
        row = connection.execute(
            "SELECT count(*) > count(DISTINCT amount) FROM accounts"
        ).fetchone()
    assert row == (True,), "rows that are not unique"
    said = rehearsed(project, *psql(project, UNIQUE), code=1)
    assert said["verdict"] == "fails"
    assert "real-data" in {one["kind"] for one in said["reasons"]}


def test_reports_for_people_and_for_ci_are_written(project: Project, tmp_path: Path) -> None:
    page, junit = tmp_path / "report.md", tmp_path / "report.xml"
    words = ("--markdown", str(page), "--junit", str(junit), *psql(project, DROP))
    project.call("rehearse", *words, code=1)
    assert "accounts" in page.read_text()
    assert int(ET.fromstring(junit.read_text()).attrib["failures"]) > 0


def test_a_program_that_never_ends_is_ended_and_nothing_stays(project: Project) -> None:
    words = ("--timeout", "3s", *psql(project, "SELECT pg_sleep(600)"))
    said = rehearsed(project, *words, code=1)
    assert [one["kind"] for one in said["reasons"]] == ["timeout"]
    assert project.left() == []


def test_it_is_told_where_the_copy_is_and_no_secret_of_production(project: Project) -> None:
    script = f'test -n "$DATABASE_URL" && ! env | grep -q {project.password()}'
    said = rehearsed(project, *showing(project), "--", "sh", "-c", script)
    assert said["verdict"] == "safe"


def showing(project: Project) -> tuple[str, ...]:
    """In whose place it is shown what a service is told."""
    return ("--as", "worker" if isinstance(project.of, Installation) else "web")


REACHING = """
import os, socket, sys
def open_(host, port):
    try:
        socket.create_connection((host, int(port)), 3).close()
    except OSError:
        return False
    return True
own, others = sys.argv[1], sys.argv[2:]
host, _, port = own.partition(":")
assert open_(host, port), "the copy itself"
got = [one for one in others if open_(*one.split(":"))]
sys.exit(f"reached {got}" if got else 0)
"""


@pytest.mark.docker
@pytest.mark.parametrize("project", ["docker"], indirect=True)
def test_in_a_container_it_reaches_the_copy_and_nothing_else(project: Project) -> None:
    assert not isinstance(project.of, Installation)
    production = project.address_of_container()
    other = project.document("snapshot", "take", "--open")["open"]
    targets = [
        f"{production}:5432",
        f"{other['host']}:5432",
        "1.1.1.1:53",
        f"172.17.0.1:{project.of.port}",
        "prod-db:5432",
        f"{project.of.folder.name}-prod-db-1:5432",
    ]
    try:
        words = ("--as", "web", "--", "python", "-c", REACHING, "db:5432", *targets)
        assert rehearsed(project, *words)["verdict"] == "safe"
    finally:
        project.call("snapshot", "close", "--all")


@pytest.mark.parametrize("project", ["embedded"], indirect=True)
def test_as_a_process_it_is_let_in_by_the_copy_and_not_by_production(project: Project) -> None:
    assert isinstance(project.of, Installation)
    host, port = project.of.address("prod/db")
    script = (
        "import os, psycopg\n"
        "psycopg.connect(os.environ['DATABASE_URL']).close()\n"
        "try:\n"
        f"    psycopg.connect(os.environ['DATABASE_URL'], host={host!r}, port={port})\n"
        "except psycopg.OperationalError as error:\n"
        "    assert 'authentication' in str(error), error\n"
        "else:\n"
        "    raise SystemExit('production lets it in')\n"
    )
    words = ("--as", "worker", "--", sys.executable, "-c", script)
    assert rehearsed(project, *words)["verdict"] == "safe"


def test_several_from_one_snapshot(project: Project) -> None:
    project.call("snapshot", "take", "--label", "base")
    for statement, code in ((ADD, 0), (DROP, 1), (ADD, 0)):
        project.call("rehearse", "--snapshot", "base", *psql(project, statement), code=code)
    assert "base" in [one["label"] for one in project.document("snapshot", "list")["snapshots"]]
    project.call("snapshot", "drop", "base")


def snapshots(project: Project) -> set[str]:
    """The ids of those that there are."""
    return {one["id"] for one in project.document("snapshot", "list")["snapshots"]}


def begun(project: Project, seconds: int) -> tuple[subprocess.Popen[str], str]:
    """A rehearsal under way, and the snapshot that it took."""
    known = snapshots(project)
    more = {} if isinstance(project.of, Installation) else {"env": project.of.environ()}
    words = psql(project, f"SELECT pg_sleep({seconds})")
    command = subprocess.Popen(
        project.of.command("rehearse", "--json", *words), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )  # fmt: skip
    until(lambda: snapshots(project) - known, what="it has taken a snapshot")
    (mine,) = snapshots(project) - known
    return command, mine


def test_its_snapshot_is_its_own_and_without_it_there_is_a_report(project: Project) -> None:
    command, mine = begun(project, 15)
    project.call("snapshot", "prune", "--keep", "0")
    assert snapshots(project) == {mine}
    assert "no snapshot" in project.call("snapshot", "show", "latest", code=2).err
    project.call("snapshot", "drop", mine)
    out, err = command.communicate(timeout=120)
    assert command.returncode == 0, err
    assert json.loads(out)["verdict"] == "safe"
    assert project.left() == []


def test_the_snapshot_of_one_that_is_killed_goes(project: Project) -> None:
    command, mine = begun(project, 60)
    command.kill()
    command.communicate()
    assert f"removed {mine}" in project.call("snapshot", "list").err
    assert mine not in snapshots(project)
    project.call("snapshot", "close", "--all")
    assert project.left() == []


def test_what_is_asked_wrongly_is_said_before_anything_is_copied(project: Project) -> None:
    for words, said in (
        (("--as", "nobody", "--", "true"), "no service nobody"),
        (("--code", "nowhere", "--", "true"), "nowhere"),
        (("--timeout", "soon", "--", "true"), "--timeout"),
        (("--snapshot", "none", "--", "true"), "no snapshot none"),
        (("--tests", "'", "--", "true"), "--tests"),
    ):
        found = project.call("rehearse", *words, code=2)
        assert said in found.err
        assert "copying" not in found.err
