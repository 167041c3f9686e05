"""A port on localhost that the edge answers for is the environment's own address."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.compose.local import LocalAddresses, Told
from partywall.compose.public import Public
from partywall.compose.service import service
from partywall.model.app import App, Role, Service

DEV = Public(
    origin="https://dev.shop.example:8443", domain="dev.shop.example", production="shop.example"
)
PROD = Public(
    origin="https://shop.example",
    domain="shop.example",
    production="shop.example",
    is_production=True,
)


def _service(name: str, role: Role, **said: Any) -> Service:
    said = {"image": "example/any", **said}
    made = service(name, said, said)
    return made if made.role is role else _as(made, role)


def _as(made: Service, role: Role) -> Service:
    import msgspec  # noqa: PLC0415

    return msgspec.structs.replace(made, role=role)


def _port(published: str, target: int) -> dict[str, Any]:
    return {"published": published, "target": target, "protocol": "tcp"}


def _told(public: Public, name: str, said: dict[str, Any]) -> tuple[dict[str, Any], list[Told]]:
    """What a service says in the end, beside a page, an api without one, and a database."""
    services = {
        "web": _service("web", Role.WEB, ports=[_port("8000", 80), _port("3000", 3000)]),
        "admin": _service("admin", Role.WEB, ports=[_port("9000", 9000)]),
        "api": _service("api", Role.APP, ports=[_port("5000", 5000)]),
        "db": _service("db", Role.DATABASE, ports=[_port("5432", 5432)]),
    }
    local = LocalAddresses(public)
    local.learn(App(name="shop", folder="/shop", services=services))
    return local.applied(name, said), local.told


@pytest.mark.parametrize(
    ("service_", "variable", "value", "wanted"),
    [
        ("web", "SITE_ROOT", "http://localhost:8000", "https://dev.shop.example:8443"),
        ("web", "CALLBACK", "http://localhost:8000/cb", "https://dev.shop.example:8443/cb"),
        ("api", "CORS_ORIGIN", "http://127.0.0.1:8000,http://localhost:5173",
         "https://dev.shop.example:8443,http://localhost:5173"),
        ("api", "LIVE", "ws://localhost:8000/ws", "wss://dev.shop.example:8443/ws"),
        ("api", "PUBLIC_HOST", "localhost:8000", "dev.shop.example:8443"),
        ("api", "ADMIN", "http://localhost:9000/", "https://admin.dev.shop.example:8443/"),
        ("api", "ALLOWED_HOSTS", "localhost,127.0.0.1",
         "localhost,dev.shop.example,127.0.0.1"),
        ("api", "DJANGO_ALLOWED_HOSTS", "localhost [::1]", "localhost dev.shop.example [::1]"),
        ("api", "ALLOWED_HOSTS", '["localhost"]', '["localhost","dev.shop.example"]'),
        # Not what visitors call.
        ("api", "ANY", "http://localhost:7777", "http://localhost:7777"),
        ("api", "ANY", "localhost:8000", "localhost:8000"),
        ("api", "DATABASE", "postgres://me@localhost:5432/x", "postgres://me@localhost:5432/x"),
        ("api", "ANY", "http://localhost:80001", "http://localhost:80001"),
        ("api", "ANY", "http://notlocalhost:8000", "http://notlocalhost:8000"),
        ("api", "ANY", "http://api.localhost:8000", "http://api.localhost:8000"),
    ],
)  # fmt: skip
def test_an_address_that_only_visitors_can_mean(
    service_: str, variable: str, value: str, wanted: str
) -> None:
    made, told = _told(DEV, service_, {"environment": {variable: value}})
    assert made["environment"] == {variable: wanted}
    assert [one.variable for one in told] == ([variable] if value != wanted else [])


def test_where_the_service_itself_listens_the_name_of_the_variable_tells() -> None:
    """Port 9000 is the same inside: another name may mean the program beside it."""
    said = {"NEXTAUTH_URL": "http://localhost:9000", "CHECK_URL_INTERNAL": "http://localhost:9000"}
    made, told = _told(DEV, "admin", {"environment": {**said, "OTHER": "http://localhost:9000"}})
    assert made["environment"] == {
        "NEXTAUTH_URL": "https://admin.dev.shop.example:8443",
        "CHECK_URL_INTERNAL": "http://localhost:9000",
        "OTHER": "http://localhost:9000",
    }
    assert [(one.variable, bool(one.instead)) for one in told] == [
        ("NEXTAUTH_URL", True),
        ("OTHER", False),
    ]


def test_at_a_build_nothing_listens() -> None:
    said = {"build": {"context": ".", "args": {"ANY": "http://localhost:9000"}}}
    made, told = _told(DEV, "admin", said)
    assert made["build"]["args"] == {"ANY": "https://admin.dev.shop.example:8443"}
    assert [one.key for one in told] == ["build"]


def test_a_port_that_the_edge_does_not_answer_for() -> None:
    """Production keeps it open; elsewhere it is away, and that is said."""
    said = {"environment": {"NEXT_PUBLIC_API_URL": "http://localhost:5000"}}
    made, told = _told(PROD, "web", said)
    assert (made, told) == (said, [])
    made, told = _told(DEV, "web", said)
    assert made == said
    assert [(one.owner, one.instead) for one in told] == [("api", "")]


def test_production_is_behind_the_edge_as_well() -> None:
    made, _ = _told(PROD, "web", {"environment": ["SITE_ROOT=http://localhost:8000", "BARE"]})
    assert made["environment"] == ["SITE_ROOT=https://shop.example", "BARE"]


def test_what_is_the_environments_own_already_stays() -> None:
    said = {"environment": {"ALLOWED_HOSTS": "localhost,dev.shop.example", "NO": None}}
    assert _told(DEV, "api", said) == (said, [])
