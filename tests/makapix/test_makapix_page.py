"""The page names its environment, and lets in nothing but its own files and the vault's."""

import pytest
from starlette.testclient import TestClient

from makapix.web import web_app

VAULT = "https://vault.dev.makapix.example"


@pytest.mark.parametrize(
    ("environment", "tone"),
    [("prod", "production"), ("production", "production"), ("dev", "other")],
)
def test_the_banner_says_which_environment_this_is(environment: str, tone: str) -> None:
    page = TestClient(web_app(environment, VAULT)).get("/").text
    assert f'<body class="{tone}" data-environment="{environment}"' in page
    assert f"<strong>{environment}</strong>" in page


def test_a_strange_name_stays_text() -> None:
    page = TestClient(web_app('"><script>', VAULT)).get("/").text
    assert '"><script>' not in page


def test_pictures_come_from_the_vault() -> None:
    answer = TestClient(web_app("dev", f"{VAULT}/")).get("/")
    assert f'data-vault="{VAULT}"' in answer.text
    assert f"img-src 'self' {VAULT};" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["page.js", "style.css", "icon.svg"])
def test_the_pages_own_files(name: str) -> None:
    assert TestClient(web_app("dev", VAULT)).get(f"/static/{name}").status_code == 200


@pytest.mark.parametrize("path", ["/static/../index.html", "/static/%2e%2e/index.html", "/x"])
def test_nothing_else_is_served(path: str) -> None:
    assert TestClient(web_app("dev", VAULT)).get(path).status_code == 404


def test_health() -> None:
    assert TestClient(web_app("dev", VAULT)).get("/healthz").status_code == 200
