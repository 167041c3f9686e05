"""The whole life of an installation without root, and what is said of the walls that this costs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios import test_attachments as attachments
from scenarios.installation import APPS, Installation, until
from scenarios.ordinary import ROOT, SOMEBODY, Ordinary

pytestmark = pytest.mark.scenario


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
