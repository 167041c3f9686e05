"""Installations for scenarios: a small one per test, and one that stands for a whole module."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.bad_input.ground import Ground
from scenarios.installation import Installation, makapix, tiny


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    """The small app, not yet up."""
    with tiny(tmp_path) as installation:
        yield installation


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The small app, up; a test leaves it as it was."""
    with tiny(tmp_path_factory.mktemp("standing")) as installation:
        installation.call("up", "--yes")
        yield installation


@pytest.fixture(scope="session")
def real_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The reference app, up; a test leaves it as it was."""
    with makapix(tmp_path_factory.mktemp("real")) as installation:
        installation.call("up", "--yes")
        yield installation


@pytest.fixture
def ground() -> Iterator[Ground]:
    """The small app in a folder that other users may enter, as a project's customarily is."""
    with tempfile.TemporaryDirectory(prefix="pw-ground-") as folder:
        Path(folder).chmod(0o755)
        made = Ground(Path(folder) / "small")
        try:
            yield made
        finally:
            made.close()
