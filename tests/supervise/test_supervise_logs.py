"""Logs rotate while their program goes on writing."""

from __future__ import annotations

import pytest
from bench import Bench, until

from partywall.engines.embedded.supervise import rotation

pytestmark = pytest.mark.scenario


def test_a_log_is_rotated_and_the_program_goes_on(bench: Bench) -> None:
    script = "n=0; while :; do n=$((n+1)); echo line $n; done"
    web = bench.up("dev/web", "/bin/sh", "-c", script, log_bytes=100_000, log_keep=2)
    log = bench.folder / "dev-web.log"
    second = log.with_name("dev-web.log.2")
    until(second.exists, 20)
    assert bench.state("dev/web").pid == web.pid
    assert not log.with_name("dev-web.log.3").exists()
    assert second.stat().st_mode & 0o777 == 0o600
    assert second.read_text().startswith("line 1\n")


def test_small_absent_and_unbounded_logs_are_left_alone(tmp_path) -> None:
    log = tmp_path / "log"
    assert not rotation.rotate(log, 10, 2)
    log.write_text("0123456789")
    assert not rotation.rotate(log, 10, 2)
    assert not rotation.rotate(log, 0, 2)
    assert rotation.rotate(log, 9, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    assert log.read_text() == ""
