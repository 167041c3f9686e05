"""The reference application's production goes on while its development comes and goes."""

from __future__ import annotations

import json

import pytest

from scenarios.installation import Installation
from scenarios.load import Load

pytestmark = pytest.mark.scenario

HOST = "makapix.localhost"


def posts(one: Installation, environment: str) -> int:
    return one.query(environment, "SELECT count(*) FROM posts")[0][0]


def test_development_comes_and_goes_beside_production(real_app):
    one = real_app
    status, wanted = one.get(HOST, "/api/posts")
    assert status == 200
    assert json.loads(wanted)
    before = one.processes("prod"), one.processes("machine"), posts(one, "prod")
    seeded = posts(one, "dev")
    assert seeded > 0
    assert before[2] == 0

    host = f"{HOST}:{one.http_port}"
    with Load(one.http_port, host, wanted, 500, path="/api/posts") as load:
        one.call("down", "dev", "--yes")
        one.call("up", "dev", "--yes")
        assert posts(one, "dev") == seeded
        one.call("destroy", "dev", "--yes")
        one.call("up", "dev", "--yes")
    assert not load.failed, load.failed[:5]
    assert load.asked >= 500
    assert posts(one, "dev") == seeded
    assert (one.processes("prod"), one.processes("machine"), posts(one, "prod")) == before
    assert one.steps("up", "--yes") == {}
    one.assert_clean()


def test_after_everything_was_killed_the_real_app_comes_back(real_app):
    one = real_app
    world, seeded = one.world(), posts(one, "dev")
    one.reboot()
    one.call("up", "--yes")
    one.becomes(world)
    assert posts(one, "dev") == seeded
    assert one.get(HOST)[0] == 200
    one.assert_clean()
