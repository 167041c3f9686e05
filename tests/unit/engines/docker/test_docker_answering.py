"""A service without a health check is waited for until somebody accepts a connection."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from docker_captures import WEB, captured
from msgspec import structs

from partywall.engines.docker import answering
from partywall.engines.docker.answering import accepts, readiness
from partywall.engines.docker.ready import ready
from partywall.model.app import Role


def running(health: str | None = None) -> dict[str, Any]:
    one = copy.deepcopy(captured("inspect-web"))
    one["State"] = {"Status": "running", "Running": True, "StartedAt": "2020-01-01T00:00:00Z"}
    if health is not None:
        one["State"]["Health"] = {"Status": health}
    one["RestartCount"] = 0
    return one


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports that were tried; nobody accepts."""
    tried: list[int] = []

    def refuse(_: object, port: int) -> bool:
        tried.append(port)
        return False

    monkeypatch.setattr(answering, "accepts", refuse)
    return tried


def test_a_port_that_nobody_listens_on_is_waited_for(asked: list[int]):
    web = structs.replace(WEB, role=Role.WEB, ports=(8080, 9090))
    assert not readiness(web)(running())
    assert asked == [8080]


def test_a_health_check_says_it_all(asked: list[int]):
    web = structs.replace(WEB, role=Role.WEB, ports=(8080,))
    assert readiness(web)(running("healthy"))
    assert not readiness(web)(running("starting"))
    assert asked == []


@pytest.mark.parametrize("change", [{"role": Role.WORKER}, {"ports": ()}])
def test_what_nobody_visits_is_not_asked(change: dict[str, Any]):
    one = structs.replace(WEB, **({"role": Role.WEB, "ports": (1,)} | change))
    assert readiness(one) is ready


def test_a_container_in_no_network_is_not_asked():
    assert accepts({"NetworkSettings": {"Networks": {}}}, 1)
