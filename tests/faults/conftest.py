"""The small app, standing for a whole module of faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenarios.installation import Installation, tiny


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The small app, up; a test leaves it up."""
    with tiny(tmp_path_factory.mktemp("faults")) as installation:
        installation.call("up", "--yes")
        yield installation


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The small app, once up and destroyed; a test leaves it destroyed."""
    with tiny(tmp_path_factory.mktemp("empty")) as installation:
        installation.call("up", "--yes")
        installation.call("destroy", "--all", "--yes")
        yield installation
