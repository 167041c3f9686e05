"""The command line killed while a service is not healthy yet: what needs it still waits for it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from partywall.engines.embedded.supervise import control, record
from scenarios.installation import Installation, tiny, until

pytestmark = pytest.mark.scenario

CHECK = {
    "test": ["CMD-SHELL", "test -e $$VAULT_DIR/well"],
    "interval": "1s",
    "start_period": "300s",
}


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Installation]:
    """The small app, not yet up; its web page is well when its vault says so, its worker waits."""
    with tiny(tmp_path) as installation:
        path = installation.folder / "compose.yaml"
        said = yaml.safe_load(path.read_text())
        said["services"]["web"]["healthcheck"] = CHECK
        said["services"]["worker"]["depends_on"]["web"] = {"condition": "service_healthy"}
        path.write_text(yaml.safe_dump(said, sort_keys=False))
        yield installation


def begun(one: Installation) -> list[str]:
    """Keys of the steps that the second run has begun."""
    journals = sorted((one.home / "journal").glob("*.jsonl"))[1:]
    lines = [json.loads(line) for path in journals for line in path.read_text().splitlines()]
    return [line["key"] for line in lines if line["event"] == "begin"]


def up(one: Installation) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        one.command("up", "dev", "--yes"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_what_needs_a_service_waits_until_it_is_healthy(slow):
    first = up(slow)
    try:
        until(lambda: slow.process("dev/web"), what="the page's server runs")
    finally:
        first.kill()
        first.wait()
    web = slow.process("dev/web")
    assert slow.world().entries["dev/web"].starting
    planned = slow.steps("up", "dev", "--dry-run")
    assert planned["dev/web"] == ("start", "not healthy yet")
    assert slow.document("status")["environments"]["dev"]["services"]["web"]["drift"] is None

    again = up(slow)
    try:
        over = time.monotonic() + 60
        while "dev/web" not in begun(slow) and again.poll() is None:
            assert time.monotonic() < over
            time.sleep(0.05)
        assert "dev/web" in begun(slow)
        assert "dev/worker" not in begun(slow)
        slow.vault("dev", "well").touch()
        assert again.wait(120) == 0
    finally:
        if again.poll() is None:
            again.kill()
            again.wait()
    well = record.read_verdict(slow.run / "dev" / "web")
    worker = control.state(slow.run, "dev/worker")
    assert well.healthy
    assert worker.started >= well.since
    assert slow.process("dev/web") == web
    assert slow.steps("up", "dev", "--yes") == {}
    slow.assert_clean()
