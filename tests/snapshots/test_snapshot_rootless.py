"""Snapshots by somebody who may use Docker and is not root, to whom its files are closed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import yaml

import partywall
from partywall.compose.cli import program
from scenarios.boxes import Boxes
from scenarios.installation import APPS, free_ports
from snapshots.places import Project, named
from snapshots.traffic import consistent, prepare

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

UID = 12345
PYTHON = "/usr/bin/python3"
SOCKET = Path("/var/run/docker.sock")


class Another(Boxes):
    """A project of a user who is in Docker's group, and whose commands are that user's."""

    def command(self, *words: str) -> list[str]:
        """The argument list of a command line."""
        user = ("setpriv", f"--reuid={UID}", f"--regid={SOCKET.stat().st_gid}", "--clear-groups")
        return [*user, PYTHON, "-m", "partywall", "-C", str(self.folder), *words]

    def environ(self) -> dict[str, str]:
        """The variables of a command line."""
        # The standard library is the other interpreter's own.
        paths = [str(Path(partywall.__file__).parents[1]), str(Path(msgspec.__file__).parents[1])]
        return {
            "HOME": str(self.folder.parent),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "PARTYWALL_COMMONS": str(self.commons),
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@pytest.fixture
def closed(able: None) -> Iterator[Project]:
    """Production, up, whose volumes only root can read."""
    if not Path(PYTHON).exists():
        pytest.skip("there is no interpreter that everybody may run")
    folder = Path(tempfile.gettempdir()) / named("rootless")
    folder.mkdir(mode=0o755)
    http, https = free_ports()
    made = Another(folder, folder.name, folder / "commons", {"http": http, "https": https})
    app = yaml.safe_load((APPS / "together" / "compose.yaml").read_text())
    app["services"]["db"]["image"] = "postgres:17"
    app["services"]["db"]["volumes"] = ["rows:/var/lib/postgresql/data"]
    app["services"] = {"db": app["services"]["db"], "web": app["services"]["web"]}
    (made.folder / "compose.yaml").write_text(yaml.safe_dump(app))
    plugins = folder / ".docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    shutil.copy(program(), plugins / "docker-compose")
    for one in (folder, *folder.rglob("*")):
        os.chown(one, UID, SOCKET.stat().st_gid)
    try:
        made.call("up", "prod", "--yes")
        yield Project(made)
    finally:
        made.close()
        shutil.rmtree(folder)


def test_it_is_dumped_and_all_of_it_belongs_to_that_user(closed: Project) -> None:
    with closed.production() as connection:
        prepare(connection)
    taken = closed.document("snapshot", "take")
    assert taken["method"] == "dump"
    assert "only root" in taken["why"][0]
    opened = closed.document("snapshot", "open", "--reveal")
    with closed.enter(opened) as copy:
        consistent(copy)
    there = {one.stat().st_uid for one in (closed.home / "copies").rglob("*")}
    assert there == {UID}
    closed.call("snapshot", "close", "--all")
    closed.call("snapshot", "prune", "--keep", "0")
    assert not list(closed.home.glob("copies/*/*"))


def test_files_of_volumes_are_refused_and_nothing_is_left(closed: Project) -> None:
    said = closed.call("snapshot", "take", "--files", "vault", code=3).err
    assert "run the command as root" in said
    assert closed.document("snapshot", "list")["snapshots"] == []
