"""What every test needs: a tree that other accounts can reach, where tests run programs as them."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from partywall.engines.docker import host
from partywall.engines.embedded.supervise import view
from partywall.engines.embedded.supervise.program import Account
from partywall.workflows import commons

ROOT = Path(__file__).parents[1]
NOBODY = Account(65534, 65534, "nobody")


_COMMONS = tempfile.TemporaryDirectory(prefix="partywall-commons-")
os.environ.setdefault(commons.VARIABLE, _COMMONS.name)
"""What projects have in common on this machine is none of a test's business."""


settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
"""How long an example takes says something about the machine's other work, not about the code."""


def pytest_configure() -> None:
    """Below a closed folder (a clone under /tmp, say), see the tree as others could see it."""
    paths = [ROOT, Path(sys.prefix)]
    if os.geteuid() != 0 or not any(any(view.closed(NOBODY, path)) for path in paths):
        return
    with tempfile.TemporaryDirectory() as scratch:
        view.enter(NOBODY, map(str, paths), Path(scratch))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a Docker engine its tests are skipped; where one is required, that is a failure."""
    if item.get_closest_marker("docker") is None or host.SOCKET.exists():
        return
    why = f"no Docker engine answers at {host.SOCKET}"
    if os.environ.get("PARTYWALL_REQUIRE_DOCKER"):
        pytest.fail(why)
    pytest.skip(why)
