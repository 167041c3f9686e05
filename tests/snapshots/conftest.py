"""Projects with production's data on a file system that shares blocks, one for each engine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapshots.ground import mounted
from snapshots.places import Project, boxed, embedded, named
from snapshots.traffic import prepare


def _refuse_without_root() -> None:
    """File systems are mounted by root alone; where everything is required that is a failure."""
    able = os.geteuid() == 0 and shutil.which("mkfs.xfs") is not None
    if able:
        return
    why = "a file system of its own needs root and xfsprogs"
    if os.environ.get("PARTYWALL_REQUIRE_DOCKER"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def sharing() -> Iterator[Path]:
    """A folder on XFS, which shares blocks between a file and its copy."""
    _refuse_without_root()
    with tempfile.TemporaryDirectory(prefix="pw-xfs-") as folder:
        Path(folder).chmod(0o755)
        with mounted(Path(folder), "xfs", "4G") as point:
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
