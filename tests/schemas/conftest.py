"""One server for all tests of schemas; each test has databases of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.postgres import Server
from partywall.data.postgres.schemas.seat import Seat
from schemas.seats import two_seats


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real server, in a folder that its user may enter."""
    with tempfile.TemporaryDirectory(prefix="pw-postgres-") as folder:
        Path(folder).chmod(0o755)
        made = Server(Path(folder) / "server")
        try:
            with made.connect() as connection:
                connection.execute("CREATE ROLE test_reader")  # to whom both seats may give rights
            yield made
        finally:
            made.close()


@pytest.fixture
def seats(server: Server) -> tuple[Seat, Seat]:
    """Production's and development's schema, new."""
    return two_seats(server)
