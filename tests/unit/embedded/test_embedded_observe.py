"""What is seen of an instance, from what the supervisor knows of its program."""

from __future__ import annotations

import msgspec
import pytest

from fakes.worlds import instance
from partywall.engines.embedded.observe import instances
from partywall.engines.embedded.supervise.program import Health, Program
from partywall.engines.embedded.supervise.state import State
from partywall.model.world import Entry

WEB = instance("dev/web")
LABELS = {"thing": msgspec.json.encode(WEB).decode(), "fingerprint": "1:abc"}
CHECK = Health(command=("true",))


def seen(health: Health | None = CHECK, **state: object) -> Entry:
    program = Program("dev/web", "id", command=("web",), labels=LABELS, health=health)
    (found,) = dict(instances({"dev/web": State("dev/web", program, **state)})).values()
    return found


@pytest.mark.parametrize(
    ("health", "healthy", "starting"),
    [(CHECK, None, True), (CHECK, True, False), (CHECK, False, False), (None, None, False)],
)
def test_it_is_starting_until_its_health_check_has_spoken(health, healthy, starting):
    found = seen(health, running=True, healthy=healthy)
    assert (found.running, found.starting) == (True, starting)


def test_what_is_down_is_not_starting():
    assert seen() == Entry(thing=WEB, fingerprint="1:abc", running=False)


def test_what_is_unwell_says_so():
    found = seen(running=True, healthy=False, health_says="no answer")
    assert found.faults == ("unhealthy: no answer",)
