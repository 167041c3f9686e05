"""A service per test or per module, ended afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flags.serving import Serving


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Not started yet."""
    one = Serving(tmp_path)
    yield one
    one.close()
