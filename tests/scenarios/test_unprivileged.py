"""The whole life of an installation without root, and what is said of the walls that this costs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import partywall
from partywall.engines.embedded.supervise import launch, view
from partywall.engines.embedded.supervise.program import Account
from scenarios import test_attachments as attachments
from scenarios.installation import APPS, Done, Installation, until

pytestmark = pytest.mark.scenario

ROOT = os.geteuid() == 0
SOMEBODY = Account(61_234, 61_234, "somebody")


class Ordinary(Installation):
    """An installation of an ordinary user; root becomes one, where Python is open to him."""

    def __init__(self, source: Path, folder: Path) -> None:
        super().__init__(source, folder)
        self.home_folder = folder.parent / "home"
        self.scratch = folder.parent / "scratch"
        for place in (self.home_folder, self.scratch):
            place.mkdir()
        if ROOT:
            self.give(folder, self.home_folder)

    def give(self, *folders: Path) -> None:
        """Let everything in these folders be the ordinary user's."""
        for folder in folders if ROOT else ():
            for path in (folder, *folder.rglob("*")):
                os.chown(path, SOMEBODY.uid, SOMEBODY.gid)

    def call(self, *words: str, code: int | None = 0, **more: Any) -> Done:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home_folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(partywall.__file__).parents[1]),
        }
        become = self._become if ROOT else None
        return super().call(*words, code=code, env=environment, preexec_fn=become, **more)

    def _become(self) -> None:
        source = Path(partywall.__file__).parents[1]
        places = (self.folder, self.home_folder, sys.prefix, sys.base_prefix, source)
        view.enter(SOMEBODY, map(str, places), self.scratch)
        launch.drop(SOMEBODY)
        os.chdir("/")


@pytest.fixture
def ordinary(tmp_path: Path) -> Iterator[Ordinary]:
    installation = Ordinary(APPS / "tiny", tmp_path / "tiny")
    try:
        yield installation
    finally:
        installation.close()


def test_the_whole_life_without_root(ordinary):
    ordinary.call("init")
    ordinary.call("up", "--yes")
    assert ordinary.page("prod") == "prod says hello\n"
    assert ordinary.page("dev") == "dev says hello\n"
    uid = SOMEBODY.uid if ROOT else os.geteuid()
    owners = {Path(f"/proc/{one.pid}").stat().st_uid for one in ordinary.alive()}
    assert owners == {uid}
    files = {path.lstat().st_uid for path in ordinary.home.rglob("*")}
    assert files == {uid}
    assert (ordinary.home / "secrets/dev.json").stat().st_mode & 0o777 == 0o600
    assert (ordinary.folder / ".env.prod").stat().st_mode & 0o777 == 0o600
    assert ordinary.steps("up", "--yes") == {}
    _what_is_not_walled_off(ordinary)

    ordinary.query("dev", "CREATE TABLE kept AS SELECT 7 AS n")
    ordinary.call("restart", "dev", "web", "--yes")
    ordinary.call("down", "dev", "--yes")
    ordinary.call("up", "dev", "--yes")
    ordinary.call("destroy", "dev", "--yes")
    for one in ordinary.document("trash", "list")["trash"]:
        ordinary.call("trash", "restore", one["id"])
    ordinary.call("up", "--yes")
    assert ordinary.query("dev", "SELECT n FROM kept") == [(7,)]
    assert ordinary.page("dev") == "dev says hello\n"

    ordinary.reboot()
    ordinary.call("up", "--yes")
    assert ordinary.page("prod") == "prod says hello\n"
    assert ordinary.query("dev", "SELECT n FROM kept") == [(7,)]
    ordinary.call("destroy", "--all", "--yes")
    assert ordinary.left() == []
    # Only where all his projects claim their ports is something left, and it claims nothing.
    commons = ordinary.home_folder / ".local/share/partywall"
    left = [path for path in ordinary.home_folder.rglob("*") if path.is_file()]
    assert sorted(left) == [commons / "ports.json", commons / "ports.lock"]
    assert (commons / "ports.json").read_text() == "{}"


def _what_is_not_walled_off(ordinary: Ordinary) -> None:
    limit = "each can read the other's files"
    assert limit in ordinary.call("status", "--limits").out
    assert limit in ordinary.call("doctor", code=None).text
    assert "--limits" in ordinary.call("up", "dev", "--dry-run").out + ordinary.call("plan").out
    proved = ordinary.document("prove", code=1)["probes"]
    crossed = {one["probe"] for one in proved if one["verdict"] == "crossed"}
    assert crossed <= {"vault", "volumes", "secrets", "processes"}
    assert "vault" in crossed
    held = {one["probe"] for one in proved if one["verdict"] == "held"}
    assert {"database", "cache", "broker", "http"} <= held


def test_secrets_and_configs_are_where_variables_lead_to_them(ordinary):
    """And it is said that their own paths do not."""
    attachments.prepared(ordinary, views=False)
    ordinary.give(ordinary.folder)
    ordinary.call("up", "--yes")
    for name in ("prod", "dev"):
        wanted = attachments.expected(ordinary, name, f"key of {name}\n".encode(), views=False)
        until(lambda: attachments.log(ordinary, name) == wanted)  # noqa: B023
    assert (
        "files of `secrets:` and `configs:` are not at" in ordinary.call("status", "--limits").out
    )
    assert ordinary.steps("up", "--yes") == {}


@pytest.mark.skipif(not ROOT, reason="needs root beside an ordinary user")
def test_another_user_is_refused(ordinary):
    """His files would be closed to the one whose installation it is."""
    ordinary.call("up", "dev", "--yes")
    before = ordinary.tree()
    refused = Installation.call(ordinary, "restart", "dev", "web", "--yes", code=3)
    assert "belongs to the user 61234, and you are root" in refused.err
    assert "as 61234" in refused.err
    assert ordinary.tree() == before
    assert ordinary.steps("up", "dev", "--yes") == {}
