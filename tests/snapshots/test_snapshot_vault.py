"""Files of production that go with a snapshot, on both engines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.boxes import docker
from scenarios.installation import Installation
from snapshots.grounds import mounted
from snapshots.places import Project, embedded

pytestmark = pytest.mark.scenario

SIZE = 3 << 20


def vault(project: Project) -> Path:
    """Where production's files are."""
    if isinstance(project.of, Installation):
        return project.home / "data" / "prod" / "vault"
    mine = f"label=com.docker.compose.project={project.of.folder.name}-prod"
    names = docker("volume", "ls", "-q", "--filter", mine)
    (name,) = [one for one in names if one.endswith("_vault")]
    return Path(docker("volume", "inspect", "-f", "{{.Mountpoint}}", name)[0])


@pytest.fixture
def filled(project: Project) -> Iterator[Project]:
    """Production with files of a user of its own; no snapshot of it is left."""
    place = vault(project)
    inner = place / "inner"
    inner.mkdir()
    large = inner / "large"
    large.write_bytes(os.urandom(SIZE))
    large.chmod(0o640)
    os.chown(large, 4321, 4321)
    (place / "link").symlink_to("inner/large")
    yield project
    (place / "link").unlink()
    large.unlink()
    inner.rmdir()
    project.call("snapshot", "close", "--all")
    project.call("snapshot", "prune", "--keep", "0")
    assert project.left() == []


def test_files_are_in_the_snapshot_as_in_production(filled: Project) -> None:
    would = filled.document("snapshot", "take", "--files", "vault", "--dry-run")
    assert would["files"]["vault"] >= SIZE
    taken = filled.document("snapshot", "take", "--files", "vault")
    assert taken["files"]["vault"] >= SIZE
    assert filled.document("snapshot", "show")["files"] == taken["files"]
    assert "vault" in filled.call("snapshot", "show").out
    (copy,) = filled.home.glob("copies/snapshots/*/files/vault/inner/large")
    original = vault(filled) / "inner" / "large"
    assert copy.read_bytes() == original.read_bytes()
    assert copy.stat().st_ino != original.stat().st_ino
    assert (copy.stat().st_uid, copy.stat().st_mode & 0o777) == (4321, 0o640)
    assert (copy.parents[1] / "link").readlink() == Path("inner/large")


def test_what_is_written_into_an_open_copy_is_in_nothing_else(filled: Project) -> None:
    filled.call("snapshot", "take", "--files", "all")
    one, other = (filled.document("snapshot", "open", "--reveal") for _ in range(2))
    written = Path(one["files"]["vault"]) / "inner" / "large"
    assert one["environment"]["FILES_VAULT"] == one["files"]["vault"]
    written.write_bytes(b"changed")
    (written.parent / "more").write_text("more")
    for place in (vault(filled), Path(other["files"]["vault"])):
        assert (place / "inner" / "large").stat().st_size == SIZE
        assert not (place / "inner" / "more").exists()
    filled.call("snapshot", "close", one["clone"])
    assert not written.exists()


def test_who_runs_servers_on_copies_can_read_their_files(filled: Project) -> None:
    filled.call("snapshot", "take", "--files", "web")
    opened = filled.document("snapshot", "open")
    place = Path(opened["files"]["vault"])
    data = place.parents[1] / "data"
    found = (place / "inner" / "large").stat().st_uid
    assert found == (data.stat().st_uid if isinstance(filled.of, Installation) else 4321)


def test_a_command_is_told_where_they_are(filled: Project) -> None:
    filled.call("snapshot", "take", "--files", "vault")
    code = (
        "import os, pathlib, sys;"
        "sys.exit(7 if (pathlib.Path(os.environ['FILES_VAULT']) / 'inner/large').exists() else 1)"
    )
    filled.call("snapshot", "open", sys.executable, "-c", code, code=7)


def test_dropped_with_their_snapshot(filled: Project) -> None:
    taken = filled.document("snapshot", "take", "--files", "vault")
    (there,) = filled.home.glob(f"copies/snapshots/{taken['id']}/files/vault")
    filled.call("snapshot", "drop", taken["id"])
    assert not there.exists()
    assert not list(filled.home.glob(f"copies/snapshots/*{taken['id']}*"))


@pytest.mark.parametrize("word", ["nothing", "rows", "db"])
def test_what_is_no_folder_of_files_is_said_in_one_sentence(project: Project, word: str) -> None:
    said = project.call("snapshot", "take", "--files", word, code=2).err
    assert "there are no such files" in said
    assert "vault" in said


def test_where_no_blocks_are_shared_files_are_read(able: None, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with mounted(tmp_path, "ext4", 2 << 30) as point, embedded(point) as made:
        (vault(made) / "one").write_bytes(b"1" * SIZE)
        made.call("snapshot", "take", "--files", "vault")
        (copy,) = made.home.glob("copies/snapshots/*/files/vault/one")
        assert copy.stat().st_blocks * 512 >= SIZE
        (vault(made) / "one").write_bytes(b"2")
        assert copy.stat().st_size == SIZE
        made.call("snapshot", "prune", "--keep", "0")
