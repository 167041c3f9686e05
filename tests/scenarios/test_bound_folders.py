"""Folders of the host that a service writes into: made, its own, and nobody else's business."""

from __future__ import annotations

import os
import subprocess

import pytest

from scenarios.installation import Installation, until

pytestmark = pytest.mark.scenario

root = pytest.mark.skipif(os.geteuid() != 0, reason="needs users of their own, so root")
VOLUME = """\
    volumes:
      - vault:/vault
    stop_grace_period: 3s
    depends_on:
      prepare:
        condition: service_completed_successfully
    x-partywall:
      role: worker"""


@pytest.fixture
def bound(fresh: Installation) -> Installation:
    """The small app; its worker writes into `store-<environment>` beside the Compose file."""
    fresh.edit(
        "compose.yaml", VOLUME, VOLUME.replace("vault:", "./store-${PARTYWALL_ENVIRONMENT}:")
    )
    return fresh


def test_a_missing_folder_is_made_and_what_is_written_there_restarts_nobody(bound):
    bound.call("up", "--yes")
    for name in ("prod", "dev"):
        folder = bound.folder / f"store-{name}"
        until((folder / "alive.txt").exists, what=f"{folder} is written into")
        assert folder.stat().st_mode & 0o777 == 0o700
    # What one has of its own is seen by the other, and is no part of what is built.
    assert bound.document("plan")["changes"] == 0
    assert bound.document("plan", "prod")["changes"] == 0


@root
def test_a_folder_that_its_user_cannot_write_into_is_told_and_given(bound):
    folder = bound.folder / "store-dev"
    folder.mkdir(mode=0o755)
    said = bound.call("up", "dev", "--yes", code=4)
    words = " ".join(said.err.split())
    assert f"cannot write into {folder}" in words
    assert "chown -R" in words
    found = bound.document("doctor", code=None)["findings"]
    (one,) = [one for one in found if "cannot write into" in one["what"]]
    assert str(folder) in one["what"]
    subprocess.run(["sh", "-c", one["remedy"].split("`")[1]], check=True)
    bound.call("resume", "--yes")
    until((folder / "alive.txt").exists, what="it is written into")
    found = bound.document("doctor", code=None)["findings"]
    assert [one for one in found if "cannot write into" in one["what"]] == []
