"""Golden files: what people see, reviewed as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a text with its file; `GOLDEN=write` in the environment writes it instead."""

    def same(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.write_text(f"{text.rstrip()}\n", encoding="utf-8")
        assert f"{text.rstrip()}\n" == path.read_text(encoding="utf-8")

    return same
