"""Passwords and signed cookies, and the wall between two environments' sessions."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from makapix.api.app import OwnPagesOnly
from makapix.sessions import Signer, hash_password, password_matches, session_id


def test_a_signed_token_comes_back() -> None:
    signer = Signer("prod")
    token = signer.new_token()
    assert signer.token_in(signer.sign(token)) == token


def test_another_environments_cookie_does_not_pass() -> None:
    assert Signer("prod").token_in(Signer("dev").sign("token")) is None


@pytest.mark.parametrize("cookie", ["", ".", "token", "token.", ".0", "token.0", "token.é", "é.x"])
def test_a_made_up_cookie_does_not_pass(cookie: str) -> None:
    assert Signer("prod").token_in(cookie) is None


def test_tokens_differ_and_their_row_ids_do_not_tell_them() -> None:
    tokens = {Signer("prod").new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert not any(token in session_id(token) for token in tokens)


def test_passwords() -> None:
    stored = hash_password("correct horse")
    assert password_matches("correct horse", stored)
    assert not password_matches("correct house", stored)
    assert stored != hash_password("correct horse")
    assert "correct" not in stored


@pytest.mark.parametrize(
    ("method", "origin", "status"),
    [
        ("POST", None, 200),
        ("POST", "https://makapix.example", 200),
        ("POST", "https://dev.makapix.example", 403),
        ("DELETE", "https://makapix.example:8443", 403),
        ("PUT", "null", 403),
        ("GET", "https://dev.makapix.example", 200),
    ],
)
def test_only_our_own_pages_change_anything(method: str, origin: str | None, status: int) -> None:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("done")

    routes = [Route("/", answer, methods=["GET", "POST", "PUT", "DELETE"])]
    app = Starlette(routes=routes, middleware=[Middleware(OwnPagesOnly)])
    client = TestClient(app, base_url="https://makapix.example")
    headers = {"origin": origin} if origin else {}
    assert client.request(method, "/", headers=headers).status_code == status
