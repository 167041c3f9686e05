"""How long a container is waited for."""

import msgspec
import pytest

from partywall.engines.docker.ready import allowed, patience
from partywall.model.app import HealthCheck, Role
from partywall.model.world import Instance, Job


@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        (None, 120),
        ({}, 120),
        ({"Test": ["CMD", "x"], "Interval": 2e9, "Timeout": 2e9, "Retries": 3}, 120),
        ({"Test": ["CMD", "x"]}, 210),
        ({"Test": ["CMD", "x"], "Timeout": 10e9, "Retries": 5, "StartPeriod": 600e9}, 830),
    ],
)
def test_it_gets_the_time_that_its_health_check_may_take(check, seconds):
    assert patience({"Config": {"Healthcheck": check}}) == seconds


def test_what_is_still_to_be_made_gets_the_same_time():
    check = HealthCheck(command=("x",), interval=30, timeout=10, retries=5, start_period=600)
    web = Instance(key="dev/web", service="web", role=Role.WEB)
    assert allowed(web) == 120
    assert allowed(msgspec.structs.replace(web, health=check)) == 830
    assert allowed(Job(key="dev/job/web", instance=web)) == 600
