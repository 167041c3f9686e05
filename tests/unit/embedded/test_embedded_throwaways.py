"""Servers on copies that end: nothing keeps their data from being removed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from partywall.engines.embedded.throwaways import EmbeddedThrowaways
from partywall.model.errors import MachineFailed


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_one_ends_though_a_full_disk_takes_no_record_of_it(tmp_path: Path, end: str) -> None:
    def full(_environment: str) -> None:
        raise MachineFailed("cannot write: no space left on device")

    programs: Any = SimpleNamespace(
        places=SimpleNamespace(home=tmp_path),
        project_id="none-such",
        allocations=SimpleNamespace(forget=full),
    )
    base = tmp_path / "throwaways"
    log = base / "logs" / "open-1.log"
    (base / "throwaway" / "open-1").mkdir(parents=True)
    log.parent.mkdir()
    log.touch()
    getattr(EmbeddedThrowaways(programs), end)("open-1")
    assert not log.exists()
    assert list((base / "throwaway").iterdir()) == []
