"""A production that was stopped before anybody attached it: its data are not overlooked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scenarios.boxes import Boxes, docker, neighbours

pytestmark = [pytest.mark.scenario, pytest.mark.docker]


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Boxes]:
    """An app that `docker compose` ran and took down; its volume is still there."""
    with neighbours(tmp_path) as (one, _):
        path = one.folder / "compose.yaml"
        said = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump({"name": one.name, **said}))
        one.plain("up", "--detach", "--wait", "cache")
        one.plain("exec", "-T", "cache", "redis-cli", "set", "kept", "of old")
        one.plain("exec", "-T", "cache", "redis-cli", "save")
        one.plain("down")
        try:
            yield one
        finally:
            one.call("destroy", "--all", "--yes", code=None)
            docker("volume", "rm", f"{one.name}_data")


def test_what_was_left_is_said_and_gone_on_with(stopped: Boxes) -> None:
    left = f"has left data in {stopped.name}_data, which prod would begin without"
    found = stopped.document("init", "--report")["findings"]
    assert [left in one["what"] for one in found if one["kind"] == "former-data"] == [True]
    assert left in stopped.call("plan").out
    assert left not in stopped.call("plan", "dev").out
    prod = {"volumes_of": stopped.name}
    stopped.settings(environments={"prod": prod, "dev": {"protected": False}})
    assert "has left data" not in stopped.call("up", "--yes").text
    assert "of old" in stopped.cached("prod", "get", "kept")
    assert "of old" not in stopped.cached("dev", "get", "kept")
