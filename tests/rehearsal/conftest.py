"""One server with a filled database for all tests of rehearsals; each has copies of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.postgres import Server
from rehearsal.copies import Copies, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real server that can be watched."""
    with running() as made:
        yield made


@pytest.fixture(scope="session")
def copies(server: Server) -> Copies:
    """Where migrations are rehearsed."""
    return Copies(server)
