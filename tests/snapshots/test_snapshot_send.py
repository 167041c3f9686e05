"""A snapshot's database as a file elsewhere: whole, closed to others, allowed and recorded."""

from __future__ import annotations

import hashlib
import os
import pty
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.postgres import ADMIN, PASSWORD, Server, run
from scenarios.boxes import Boxes
from scenarios.installation import until
from snapshots.places import Project
from snapshots.traffic import ACCOUNTS, consistent

pytestmark = pytest.mark.scenario

ALLOWED = ("--unmasked-data-of", "prod")
SSH = f"""#!{sys.executable}
import os, sys, subprocess, time
words = sys.argv[1:]
host, script = words[words.index("--") + 1:]
if host == "away":
    print("ssh: connect to host away: No route to host", file=sys.stderr)
    sys.exit(255)
os.chdir(os.environ["THERE"])
if host == "slow" and "cat" in script:
    open("begun", "w").close()
    sender = os.getppid()
    while os.getppid() == sender:
        time.sleep(0.1)
    sys.exit(255)
sys.exit(subprocess.run(["sh", "-c", script]).returncode)
"""


@pytest.fixture
def other() -> Iterator[Server]:
    """Another server, as on a developer's machine."""
    with tempfile.TemporaryDirectory(prefix="pw-other-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "server")
        try:
            yield server
        finally:
            server.close()


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder on another machine, to which `ssh` leads."""
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(SSH)
    program.chmod(0o755)
    folder = tmp_path / "there"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("THERE", str(folder))
    return folder


def restored(server: Server, file: Path) -> None:
    """Bring a file into a new database of another server."""
    with server.connect() as connection:
        connection.execute("CREATE DATABASE app")
    words = ["pg_restore", "-h", "127.0.0.1", "-p", str(server.port), "-U", ADMIN, "-d", "app"]
    with file.open("rb") as opened:
        done = run(
            [*words, "--no-owner", "--exit-on-error"], env={"PGPASSWORD": PASSWORD}, stdin=opened
        )
    assert done.returncode == 0, done.stderr


def last(project: Project) -> Any:
    """What is recorded of the last sending."""
    return project.document("snapshot", "sent")["sent"][-1]


def test_a_file_has_all_rows_of_the_snapshot_and_is_recorded(
    project: Project, other: Server, tmp_path: Path
) -> None:
    taken = project.document("snapshot", "take")
    file = tmp_path / "app.dump"
    said = project.document("snapshot", "send", taken["id"], str(file), *ALLOWED)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said["state"] == "done"
    assert said["bytes"] == file.stat().st_size
    assert said["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (said["snapshot"], said["environment"]) == (taken["id"], "prod")
    assert (said["rows"], said["said"]) == (True, "option")
    assert said == last(project)
    assert stat.S_IMODE((project.home / "sent.jsonl").stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == [file]
    restored(other, file)
    with other.connect("app") as copy:
        consistent(copy)
        assert copy.execute("SELECT count(*) FROM accounts").fetchone() == (ACCOUNTS,)
    assert project.left() == []


def test_without_a_word_no_row_leaves_and_definitions_may(
    project: Project, other: Server, tmp_path: Path
) -> None:
    project.call("snapshot", "take")
    before = project.document("snapshot", "sent")
    file = tmp_path / "app.dump"
    refused = project.call("snapshot", "send", str(file), code=3).err
    assert "--unmasked-data-of prod" in refused
    project.call("snapshot", "send", str(file), "--unmasked-data-of", "dev", code=3)
    assert not list(tmp_path.iterdir())
    assert project.document("snapshot", "sent") == before
    said = project.document("snapshot", "send", str(file), "--definition")
    assert (said["rows"], said["said"]) == (False, "")
    restored(other, file)
    with other.connect("app") as copy:
        assert copy.execute("SELECT count(*) FROM accounts").fetchone() == (0,)


def test_on_a_terminal_the_word_is_typed(project: Project, tmp_path: Path) -> None:
    project.call("snapshot", "take")
    assert typed(project, tmp_path / "no.dump", "yes") == 3
    assert not list(tmp_path.iterdir())
    assert typed(project, tmp_path / "app.dump", "unmasked") == 0
    assert last(project)["said"] == "typed"
    assert (tmp_path / "app.dump").read_bytes()[:5] == b"PGDMP"


def typed(project: Project, file: Path, word: str) -> int:
    """The exit code of a sending at whose terminal somebody types a word."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{word}\n".encode())
    done = subprocess.run(
        project.of.command("snapshot", "send", str(file)), stdin=theirs, check=False,
        capture_output=True, timeout=300, env=environ(project),
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    return done.returncode


def environ(project: Project) -> dict[str, str]:
    """The variables of a command line."""
    return project.of.environ() if isinstance(project.of, Boxes) else dict(os.environ)


def test_another_file_is_never_overwritten(project: Project, there: Path, tmp_path: Path) -> None:
    project.call("snapshot", "take")
    for target, file in (
        (str(tmp_path / "app.dump"), tmp_path / "app.dump"),
        ("somebody@elsewhere:app.dump", there / "app.dump"),
    ):
        file.write_text("precious")
        said = project.call("snapshot", "send", target, "--definition", code=3).err
        assert "is there already" in said
        assert file.read_text() == "precious"
        assert list(file.parent.glob(".*")) == []
        assert last(project)["state"] == "failed"


def test_it_goes_to_another_machine_through_ssh(
    project: Project, other: Server, there: Path
) -> None:
    project.call("snapshot", "take")
    folder = there / "it's a folder"
    folder.mkdir()
    target = "ssh://somebody@elsewhere:2222/~/it's%20a%20folder/app.dump"
    said = project.document("snapshot", "send", target, *ALLOWED)
    file = folder / "app.dump"
    assert said["bytes"] == file.stat().st_size
    assert said["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [file]
    restored(other, file)
    with other.connect("app") as copy:
        consistent(copy)


def test_where_ssh_fails_nothing_is_left_and_that_is_recorded(
    project: Project, there: Path
) -> None:
    project.call("snapshot", "take")
    for target in ("away:app.dump", "elsewhere:no/such/folder/app.dump"):
        said = project.call("snapshot", "send", target, *ALLOWED, code=5).err
        assert "did not take the file" in said
        assert list(there.iterdir()) == []
        found = last(project)
        assert (found["state"], found["target"]) == ("failed", target)
        assert found["why"]
    assert project.left() == []


def test_where_the_server_fails_no_half_file_gets_its_name(
    project: Project, there: Path, tmp_path: Path
) -> None:
    with project.production() as connection:
        connection.execute("CREATE TABLE zzz AS SELECT 1 AS one")
        row = connection.execute("SELECT pg_relation_filepath('zzz')").fetchone()
    assert row is not None
    taken = project.document("snapshot", "take")["id"]
    (lost,) = project.home.glob(f"**/snapshots/{taken}/data/{row[0]}")
    lost.unlink()
    try:
        for target, folder in ((str(tmp_path / "app.dump"), tmp_path), ("far:app.dump", there)):
            before = sorted(folder.iterdir())
            said = project.call("snapshot", "send", target, *ALLOWED, code=5).err
            assert "pg_dump" in said
            assert sorted(folder.iterdir()) == before
            assert last(project)["state"] == "failed"
            assert last(project)["bytes"] > 0
    finally:
        project.call("snapshot", "drop", taken)
        with project.production() as connection:
            connection.execute("DROP TABLE zzz")


@pytest.mark.parametrize(
    ("how", "code", "state"), [(signal.SIGINT, 130, "failed"), (signal.SIGKILL, -9, "broke off")]
)
def test_what_is_interrupted_leaves_no_file_and_is_on_record(
    project: Project, there: Path, how: signal.Signals, code: int, state: str
) -> None:
    project.call("snapshot", "take")
    words = project.of.command("snapshot", "send", "slow:app.dump", *ALLOWED)
    with subprocess.Popen(
        words, env=environ(project), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as sending:
        until((there / "begun").exists, what="something is on its way")
        assert last(project)["state"] == "under way"
        sending.send_signal(how)
        assert sending.wait(60) == code
    assert last(project)["state"] == state
    assert [one.name for one in there.iterdir()] == ["begun"]
    if how is signal.SIGINT:
        assert project.left() == []
    project.call("snapshot", "close", "--all")


def test_what_was_sent_is_listed_for_people(project: Project) -> None:
    said = project.call("snapshot", "sent").out
    assert "rows, unmasked" in said


def test_what_is_no_target_is_said_in_words(project: Project) -> None:
    project.call("snapshot", "take")
    for target in ("ftp://a/b", "host:", "ssh://me:secret@host/x", "folder/"):
        said = project.call("snapshot", "send", target, *ALLOWED, code=2).err
        assert "secret" not in said
    project.call("snapshot", "send", "nothing", "x.dump", *ALLOWED, code=2)
