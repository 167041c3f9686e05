"""Who has the ports of the web, and how the edge looks from there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from partywall.model.errors import BadInput
from partywall.model.world import Route, World
from partywall.workflows import foreign_proxy
from partywall.workflows.foreign_proxy import holders, snippet

ROUTE = Route(key="dev/route/web", host="dev.shop.example", port=0, instance="dev/web", target=80)


def project(image: str, *, bind: str = "127.0.0.1", tls: str = "off", http: int = 8080) -> Any:
    settings = SimpleNamespace(bind=(bind,), trusted=())
    return SimpleNamespace(
        ports=SimpleNamespace(http=http, https=8443),
        engine=SimpleNamespace(publisher=lambda port: image if port == 80 else ""),
        desired=lambda: World.of([ROUTE]),
        edge=SimpleNamespace(settings=settings),
        settings=SimpleNamespace(tls=tls, project="shop"),
    )


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_proxy.sockets, "listening", lambda port: [])


def test_a_proxy_in_a_container_sees_the_machine_by_its_bridge() -> None:
    text = snippet(project("traefik:v3"), None)
    assert "http://172.17.0.1:8080" in text
    assert "edge: {bind: 172.17.0.1}" in text
    assert "trusted: [172.16.0.0/12]" in text
    assert "http://10.0.0.5:8080" in snippet(project("traefik:v3", bind="10.0.0.5"), None)


def test_a_proxy_that_is_named_needs_not_be_seen() -> None:
    text = snippet(project("", tls="internal"), "nginx")
    assert "proxy_pass https://127.0.0.1:8443;" in text
    assert 'edge: {tls: "off"}' in text


def test_what_is_no_known_proxy_is_named() -> None:
    with pytest.raises(BadInput, match="80: haproxy:3"):
        snippet(project("haproxy:3"), None)
    with pytest.raises(BadInput, match="nobody has them"):
        snippet(project(""), None)


def test_our_own_edge_is_nobody_else() -> None:
    assert list(holders(project("caddy:2", http=80))) == []
