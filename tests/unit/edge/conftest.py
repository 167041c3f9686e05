"""Routes, fragments and settings for tests of the edge's pure part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from partywall.edge.fragment import Fragment, Served
from partywall.edge.settings import EdgeSettings, Tls
from partywall.model.secret import SecretRef
from partywall.model.world import BasicAuth, Route, fingerprint

HASH = "$2b$10$" + "a" * 53


def make_served(key: str, host: str, upstream: str = "127.0.0.1:8000", **more: Any) -> Served:
    environment, _, name = key.split("/")
    known: dict[str, Any] = {"port": 0, "instance": f"{environment}/{name}", "target": 80}
    route = Route(key=key, host=host, **(known | more))
    return Served(
        thing=route,
        fingerprint=fingerprint(route),
        upstream=upstream,
        hash=HASH if route.auth else "",
    )


@pytest.fixture
def served() -> Callable[..., Served]:
    return make_served


@pytest.fixture
def settings() -> EdgeSettings:
    return EdgeSettings(
        http_port=8080,
        https_port=8443,
        sockets="/srv/edge/run",
        storage="/srv/edge/storage",
        logs="/srv/edge/logs",
    )


@pytest.fixture
def plain(settings: EdgeSettings) -> EdgeSettings:
    return msgspec.structs.replace(settings, tls=Tls.OFF)


@pytest.fixture
def production() -> Fragment:
    return Fragment(
        project="shop",
        environment="prod",
        routes=(
            make_served("prod/route/api", "shop.localhost", "127.0.0.1:8001", path="/api"),
            make_served("prod/route/web", "shop.localhost"),
        ),
    )


@pytest.fixture
def development() -> Fragment:
    auth = BasicAuth("dev", SecretRef("EDGE_PASSWORD", 1))
    return Fragment(
        project="shop",
        environment="dev",
        routes=(
            make_served(
                "dev/route/web",
                "dev.shop.localhost",
                "127.0.0.1:9000",
                auth=auth,
                robots=False,
                allow=("10.1.2.3/8", "::1"),
            ),
        ),
    )
