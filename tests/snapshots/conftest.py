"""File systems that need root, XFS and loop devices, without which tests are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from partywall.workflows.pool import ground as grounds
from snapshots.grounds import Ground, mounted
from snapshots.places import Project, boxed, embedded, named
from snapshots.traffic import prepare


def _lacks() -> str:
    """What a pool needs and this machine has not."""
    if os.geteuid() != 0:
        return "only root may mount"
    if shutil.which("mkfs.xfs") is None:
        return "xfsprogs is not installed"
    found = subprocess.run(["losetup", "--find"], capture_output=True, text=True, check=False)
    return f"no loop device: {found.stderr.strip()}" if found.returncode else ""


@pytest.fixture(scope="session")
def able() -> None:
    """Where tests with servers are required, so are these."""
    if lacks := _lacks():
        if os.environ.get("PARTYWALL_REQUIRE_DOCKER"):
            pytest.fail(lacks)
        pytest.skip(lacks)


@pytest.fixture
def ground(able: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """An app without a pool."""
    made = Ground(tmp_path)
    monkeypatch.setenv(grounds.VARIABLE, str(made.fstab))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def pooled(ground: Ground) -> Ground:
    """An app with the smallest pool."""
    ground.call("pool", "create", "--size", "1G")
    return ground


@pytest.fixture(scope="session")
def sharing(able: None) -> Iterator[Path]:
    """A folder on XFS, which shares blocks between a file and its copy."""
    with tempfile.TemporaryDirectory(prefix="pw-xfs-") as folder:
        Path(folder).chmod(0o755)
        with mounted(Path(folder), "xfs", 4 << 30) as point:
            yield point


@pytest.fixture(
    scope="session", params=["embedded", pytest.param("docker", marks=pytest.mark.docker)]
)
def project(request: pytest.FixtureRequest, sharing: Path) -> Iterator[Project]:
    """Production, up, with four tables."""
    made = embedded(sharing) if request.param == "embedded" else boxed(sharing, named("snap"))
    with made as found:
        with found.production() as connection:
            prepare(connection)
        yield found
