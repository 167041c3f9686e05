"""Where production answers is not what another environment is told."""

from __future__ import annotations

import pytest

from partywall.compose.public import Public, PublicAddresses, rewritten, roots, said
from partywall.model.app import Role, Service

DEV = Public(
    origin="https://dev.shop.example:8443", domain="dev.shop.example", production="shop.localhost"
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://club.art", "https://dev.shop.example:8443"),
        ("http://club.art:80/api?x=1", "https://dev.shop.example:8443/api?x=1"),
        ("wss://live.club.art/ws", "wss://live.dev.shop.example:8443/ws"),
        ("https://www.club.art/", "https://dev.shop.example:8443/"),
        ("club.art,www.club.art,127.0.0.1", "dev.shop.example,dev.shop.example,127.0.0.1"),
        ("CLUB.ART:443", "dev.shop.example:443"),
        ("noreply@club.art", "noreply@club.art"),
        ("https://notclub.art https://club.art.evil.com", "https://notclub.art https://club.art.evil.com"),
        ("https://club.art.", "https://dev.shop.example:8443."),
    ],
)  # fmt: skip
def test_a_host_and_those_below_it(text: str, wanted: str) -> None:
    assert rewritten(text, "club.art", DEV) == wanted


def test_what_is_the_environments_own_stays() -> None:
    below = Public(origin="https://dev.club.art", domain="dev.club.art", production="club.art")
    text = "https://dev.club.art/ https://api.dev.club.art club.art"
    assert rewritten(text, "club.art", below) == (
        "https://dev.club.art/ https://api.dev.club.art dev.club.art"
    )


def test_without_tls_it_is_plain() -> None:
    plain = Public(origin="http://dev.x.localhost:8080", domain="dev.x.localhost", production="x")
    assert rewritten("wss://club.art/ws", "club.art", plain) == "ws://dev.x.localhost:8080/ws"


def test_hosts_that_belong_together_are_one() -> None:
    assert roots(["www.club.art", "club.art"]) == ("club.art",)
    assert roots(["api.club.art", "app.club.art", "a.b.org"]) == ("a.b.org", "club.art")
    assert roots(["app.club.art"]) == ("app.club.art",)
    assert roots([]) == ()


SERVICES = {
    "web": {
        "build": {"context": ".", "args": {"NEXT_PUBLIC_API_BASE_URL": "https://club.art/api"}},
        "environment": {
            "SITE_URL": "https://club.art",
            "OPENAI_BASE_URL": "https://api.openai.com/v1",
            "SMTP_HOST": "mail.club.art",
            "ABOUT": "see club.art",
            "WORKERS": "2",
            "EMPTY": None,
        },
    },
    "api": {"build": {"args": ["ORIGIN=https://club.art", "BARE"]}, "environment": {}},
    "db": {"image": "postgres", "environment": {"DB_HOST": "db"}},
}


def test_variables_and_build_arguments_are_told_and_providers_are_not() -> None:
    public = PublicAddresses(DEV)
    public.learn(SERVICES)
    web = public.applied("web", SERVICES["web"])
    assert web["build"] == {
        "context": ".",
        "args": {"NEXT_PUBLIC_API_BASE_URL": "https://dev.shop.example:8443/api"},
    }
    assert web["environment"] == {
        "SITE_URL": "https://dev.shop.example:8443",
        "OPENAI_BASE_URL": "https://api.openai.com/v1",
        "SMTP_HOST": "mail.dev.shop.example",
        "ABOUT": "see dev.shop.example",
        "WORKERS": "2",
        "EMPTY": None,
    }
    api = public.applied("api", SERVICES["api"])
    assert api["build"]["args"] == ["ORIGIN=https://dev.shop.example:8443", "BARE"]
    assert public.applied("db", SERVICES["db"]) == SERVICES["db"]
    assert {(one.service, one.variable, one.host) for one in public.told} == {
        ("web", "SITE_URL", "club.art"),
        ("web", "SMTP_HOST", "club.art"),
        ("web", "ABOUT", "club.art"),
        ("web", "NEXT_PUBLIC_API_BASE_URL", "club.art"),
        ("api", "ORIGIN", "club.art"),
    }


def test_productions_domain_is_known_without_a_variable() -> None:
    public = PublicAddresses(Public(origin="https://d.x.org", domain="d.x.org", production="x.org"))
    public.learn({})
    said = {"environment": {"ANY": "http://x.org"}}
    assert public.applied("web", said) == {"environment": {"ANY": "https://d.x.org"}}


def test_at_one_domain_an_address_gets_the_port_and_a_bare_host_stays():
    by_port = Public(origin="https://x.org:8443", domain="x.org", production="x.org")
    public = PublicAddresses(by_port)
    said = {
        "PUBLIC_URL": "https://x.org/a",
        "VAULT_URL": "https://vault.x.org",
        "ORIGINS": "https://x.org:8443,wss://x.org",
        "ALLOWED_HOSTS": "x.org,www.x.org",
        "MAIL_FROM": "me@x.org",
    }
    public.learn({"web": {"environment": said}})
    assert public.applied("web", {"environment": said})["environment"] == {
        "PUBLIC_URL": "https://x.org:8443/a",
        "VAULT_URL": "https://vault.x.org:8443",
        "ORIGINS": "https://x.org:8443,wss://x.org:8443",
        "ALLOWED_HOSTS": "x.org,www.x.org",
        "MAIL_FROM": "me@x.org",
    }


def service(name: str, **more: object) -> Service:
    return Service(name=name, role=Role.WEB, why="", **more)  # type: ignore[arg-type]


def test_what_an_app_says_of_its_address_is_known_with_who_says_it() -> None:
    web = service("web", environment={"SITE_URL": "https://www.Club.art", "MAIL": "mail.other.art"})
    api = service("api", build={"args": {"API_URL": "https://api.club.art/v1"}})
    assert said([web, api]) == {"club.art": "SITE_URL of web"}


def test_labels_for_a_proxy_say_it_too() -> None:
    rule = {"traefik.http.routers.web.rule": "Host(`club.art`)", "note": "see docs.club.net"}
    name = "the label traefik.http.routers.web.rule of web"
    assert said([service("web", labels=rule)]) == {"club.art": name}
    assert said([service("web", labels={"caddy": "club.art"})]) == {
        "club.art": "the label caddy of web"
    }


@pytest.mark.parametrize("host", ["shop.localhost", "shop.example.com", "db.internal", "web"])
def test_what_nobody_has_filled_in_says_nothing(host: str) -> None:
    assert said([service("web", environment={"SITE_URL": f"https://{host}"})]) == {}
