"""One server with a filled database for all tests of rehearsals; each has copies of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.postgres import Server
from rehearsal.copies import Copies


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real server that can be watched."""
    with tempfile.TemporaryDirectory(prefix="pw-rehearsal-") as folder:
        Path(folder).chmod(0o755)
        made = Server(Path(folder) / "server", "logging_collector=on", "max_wal_size=4GB")
        try:
            yield made
        finally:
            made.close()


@pytest.fixture(scope="session")
def copies(server: Server) -> Copies:
    """Where migrations are rehearsed."""
    return Copies(server)
