"""Starts the reference application with real servers for its scenario."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from makapix_club import Club

PROJECT = Path(__file__).parents[2] / "examples" / "makapix"


@pytest.fixture(scope="module")
def club() -> Iterator[Club]:
    """A running Makapix with its own servers, migrated and empty."""
    running = Club(PROJECT)
    try:
        running.start()
        yield running
    finally:
        running.stop()
