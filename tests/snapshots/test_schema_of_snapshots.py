"""`schema diff` and `schema dump` of snapshots and of revisions, on both engines."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios.boxes import Boxes, docker
from scenarios.installation import Installation
from snapshots.places import Project

pytestmark = pytest.mark.scenario

FIRST = "CREATE TABLE posts (id int PRIMARY KEY, title text);\n"
SECOND = f"{FIRST}ALTER TABLE posts ADD COLUMN stars int NOT NULL DEFAULT 0;\n"
PSQL = "psql -v ON_ERROR_STOP=1 -f"


class History:
    """The app in a repository, with a job that migrates."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder: Path = project.of.folder
        self.compose = self.folder / "compose.yaml"
        self.former = self.compose.read_text()

    def begin(self) -> None:
        """Two commits: a table, and a column more."""
        app = yaml.safe_load(self.former)
        app["services"]["migrate"] = self._job()
        self.compose.write_text(yaml.safe_dump(app))
        (self.folder / "Dockerfile.migrate").write_text(
            "FROM postgres:17\nCOPY migrations.sql /migrations.sql\n"
        )
        (self.folder / ".gitignore").write_text(".partywall\n.env.*\n")
        self.git("init", "--quiet", "--initial-branch=main")
        for name, text in (("one", FIRST), ("two", SECOND), ("bad", "SELECT nothing;\n")):
            (self.folder / "migrations.sql").write_text(text)
            self.git("add", "--all")
            self.git("commit", "--quiet", "-m", name)
            self.git("tag", name)

    def _job(self) -> dict[str, Any]:
        if isinstance(self.project.of, Installation):
            run = f"{PSQL} migrations.sql"
            return {"image": "tiny", "restart": "no", "x-partywall": {"role": "job", "run": run}}
        return {
            "build": {"context": ".", "dockerfile": "Dockerfile.migrate"},
            "restart": "no",
            "x-partywall": {"role": "job"},
            "command": [*PSQL.split(), "/migrations.sql"],
        }

    def git(self, *words: str) -> None:
        """Call git there, as somebody."""
        who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
        done = subprocess.run(
            ["git", "-C", str(self.folder), *who, *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def end(self) -> None:
        """As it was."""
        self.compose.write_text(self.former)
        subprocess.run(["rm", "-rf", str(self.folder / ".git")], check=True)
        for name in ("Dockerfile.migrate", ".gitignore", "migrations.sql"):
            (self.folder / name).unlink(missing_ok=True)
        if isinstance(self.project.of, Boxes):
            name = f"partywall/{self.project.of.name}"
            for image in docker("images", "--format", "{{.Repository}}:{{.Tag}}", name):
                docker("rmi", image)


@pytest.fixture
def history(project: Project) -> Iterator[History]:
    """Two revisions and one that fails."""
    made = History(project)
    try:
        made.begin()
        yield made
    finally:
        made.end()


def test_what_production_changed_since_a_snapshot_is_seen(project: Project) -> None:
    project.call("snapshot", "take", "--label", "before")
    with project.production() as connection:
        connection.execute("ALTER TABLE tellers ADD COLUMN note text")
    try:
        project.call("snapshot", "take")
        said = project.document("schema", "diff", "prod", "snapshot:before", code=1)
        assert (said["first"], said["second"], said["same"]) == ("prod", "snapshot:before", False)
        (one,) = said["differences"]
        assert (one["name"], one["change"]) == ("tellers.note", "missing")
        assert "ADD COLUMN" in said["sql"]
        latest = project.call("schema", "diff", "snapshot:latest", "prod")
        assert latest.out == "no differences\n"
        both = project.call("schema", "diff", "snapshot:latest", "snapshot:before", code=1).out
        assert "column tellers.note  is not in snapshot:before" in both
    finally:
        with project.production() as connection:
            connection.execute("ALTER TABLE tellers DROP COLUMN note")
        project.call("snapshot", "drop", "before")
    assert project.left() == []


def test_a_snapshot_is_dumped_as_sql(project: Project, tmp_path: Path) -> None:
    project.call("snapshot", "take")
    said = project.call("schema", "dump", "snapshot:latest", "--definition").out
    assert "CREATE TABLE public.accounts" in said
    assert "COPY public.accounts" not in said
    file = tmp_path / "all.sql"
    project.call("schema", "dump", "snapshot:latest", str(file))
    assert "COPY public.accounts" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert project.left() == []


def test_what_migrations_of_two_revisions_make_differs(history: History) -> None:
    project = history.project
    project.call("snapshot", "take")
    said = project.document("schema", "diff", "rev:two", "rev:one", code=1)
    (one,) = said["differences"]
    assert (one["name"], one["change"]) == ("posts.stars", "missing")
    assert (said["first"], said["second"]) == ("rev:two", "rev:one")
    assert project.call("schema", "diff", "rev:two", "rev:main~1").out == "no differences\n"
    assert project.left() == []
    assert not list(project.home.glob("checkouts/revision-*"))


def test_production_is_compared_with_what_its_migrations_make(history: History) -> None:
    project = history.project
    project.call("snapshot", "prune", "--keep", "0")
    before = project.document("snapshot", "list")
    said = project.document("schema", "diff", "prod", "rev:one", code=1)
    changes = {(one["name"], one["change"]) for one in said["differences"]}
    assert ("accounts", "missing") in changes
    assert ("posts", "extra") in changes
    assert project.document("snapshot", "list") == before
    with project.production() as connection:
        row = connection.execute("SELECT to_regclass('posts'), to_regclass('accounts')").fetchone()
    assert row == (None, "accounts")


def test_a_revision_is_dumped(history: History) -> None:
    said = history.project.call("schema", "dump", "rev:two", "--definition").out
    assert "stars integer DEFAULT 0 NOT NULL" in said
    assert "accounts" not in said


def test_migrations_that_fail_are_said_to_and_nothing_is_left(history: History) -> None:
    project = history.project
    said = project.call("schema", "diff", "prod", "rev:bad", code=5).err
    assert "the migrations of rev:bad fail" in said
    assert "nothing" in said
    assert project.left() == []
    assert not list(project.home.glob("checkouts/revision-*"))


def test_what_is_not_there_is_said_in_words(project: Project) -> None:
    for text, said in (
        ("snapshot:nothing", "no snapshot nothing"),
        ("snapshot:", "names nothing"),
        ("branch:main", "names nothing"),
        ("rev:main", "no git repository"),
    ):
        assert said in project.call("schema", "diff", "prod", text, code=2).err
        assert said in project.call("schema", "dump", text, code=2).err
    assert "name two" in project.call("schema", "diff", "prod", "prod", code=2).err


def test_a_revision_or_a_job_that_is_not_there_is_said(history: History) -> None:
    project = history.project
    for words, said in (
        (("rev:nowhere",), "no revision nowhere"),
        (("rev:--all",), "no revision --all"),
        (("rev:one", "--as", "nobody"), "no service nobody"),
    ):
        assert said in project.call("schema", "diff", "prod", *words, code=2).err
