"""How long a container is waited for."""

import pytest

from partywall.engines.docker.ready import patience


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
