"""Visitors of production do not notice that development burns."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator

import pytest

from partywall.proof.matrix.latency import percentile, verdict
from partywall.workflows.matrix.visitors import Question, capacity, open_loop
from scenarios.boxes import Boxes, neighbours
from scenarios.burning import Burning
from scenarios.installation import APPS

pytestmark = [pytest.mark.scenario, pytest.mark.docker, pytest.mark.long]

_LOG = logging.getLogger(__name__)
LIMITS = {"memory": "96M", "pids": 100}
"""Processors as a budget has them unless it is said."""
ROUNDS = 5
SECONDS = 30.0
PART = 0.1
"""Of what production can answer: few visitors wait for other visitors."""
_LEAD = 1.0
"""Seconds in which the fire gets going."""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments, development on a budget."""
    with neighbours(tmp_path_factory.mktemp("latency")) as (one, _):
        shutil.copy(APPS / "quick" / "compose.yaml", one.folder)
        one.settings(
            architecture=["dual", "limits"],
            environments={"prod": {}, "dev": {"protected": False, "limits": LIMITS}},
        )
        one.call("up", "--yes")
        yield one


def asked(one: Boxes) -> Question:
    """Production's page."""
    host = f"{one.name}.localhost:{one.port}"
    return Question(port=one.port, host=host, says=b"prod says hello")


@pytest.mark.timeout(1200)
def test_production_is_as_quick_beside_a_burning_development(one: Boxes) -> None:
    question = asked(one)
    rate = PART * capacity(question, 5.0)
    quiet, burning = [], []
    for _ in range(ROUNDS):
        quiet.append(percentile(open_loop(question, rate, SECONDS), 0.99))
        with Burning(one, SECONDS + 2 * _LEAD):
            time.sleep(_LEAD)
            burning.append(percentile(open_loop(question, rate, SECONDS), 0.99))
    found = verdict(quiet, burning)
    _LOG.info("%s (%.0f requests/s; quiet %s, burning %s)", found, rate, quiet, burning)
    if found.word == "not measurable here":
        pytest.skip(str(found))
    assert found.word == "passed", str(found)
