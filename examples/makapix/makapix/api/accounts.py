"""Handlers for registering, logging in and out, and asking who one is."""

import logging
import re
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from makapix.api.call import Call
from makapix.api.refusal import Refusal
from makapix.sessions import SESSION_DAYS, hash_password, password_matches, session_id

if TYPE_CHECKING:
    from makapix.database import Connection, Row

HANDLE = re.compile(r"[a-z0-9_]{3,24}", re.ASCII)
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
SHORTEST_PASSWORD = 8

log = logging.getLogger("makapix.api")


def register(call: Call) -> Response:
    """Make a user and log in."""
    call.limit("register", 30)
    handle, email = call.text("handle", 24).lower(), _email(call)
    if not HANDLE.fullmatch(handle):
        raise Refusal(400, "a handle is 3 to 24 letters, digits or _")
    stored = hash_password(_password(call))
    with call.services.database.transaction() as connection:
        user = connection.execute(
            """INSERT INTO users (handle, email, password_hash) VALUES (%s, %s, %s)
               ON CONFLICT DO NOTHING RETURNING id, handle""",
            (handle, email, stored),
        ).fetchone()
        if user is None:
            raise Refusal(409, "that handle or e-mail address is taken")
        token = _open_session(call, connection, user)
    log.info("user %d registered", user["id"])
    return _welcome(call, user, token, 201)


def log_in(call: Call) -> Response:
    """Start a session."""
    call.limit("login", 30)
    handle, password = call.text("handle", 24).lower(), call.text("password", 200)
    with call.services.database.transaction() as connection:
        user = connection.execute(
            "SELECT id, handle, password_hash FROM users WHERE handle = %s", (handle,)
        ).fetchone()
    if user is None or not password_matches(password, user["password_hash"]):
        raise Refusal(401, "wrong handle or password")
    with call.services.database.transaction() as connection:
        connection.execute("DELETE FROM sessions WHERE expires_at < now()")
        token = _open_session(call, connection, user)
    return _welcome(call, user, token, 200)


def log_out(call: Call) -> Response:
    """End the session, here and in the database."""
    if call.token:
        with call.services.database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE id = %s", (session_id(call.token),))
    response = Response(status_code=204)
    response.delete_cookie(
        call.services.cookie, secure=call.services.https, httponly=True, samesite="lax"
    )
    return response


def me(call: Call) -> Response:
    """Return the logged-in user and what is new for them, or null."""
    viewer = call.viewer()
    if viewer is None:
        return JSONResponse({"user": None})
    new = call.services.features.new_upload_flow(viewer["id"])
    return JSONResponse({"user": {"handle": viewer["handle"], "new_upload_flow": new}})


def _email(call: Call) -> str | None:
    if not call.body.get("email"):
        return None
    email = call.text("email", 254).lower()
    if not EMAIL.fullmatch(email):
        raise Refusal(400, "that is not an e-mail address")
    return email


def _password(call: Call) -> str:
    password = call.text("password", 200)
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal(400, f"a password has at least {SHORTEST_PASSWORD} characters")
    return password


def _open_session(call: Call, connection: "Connection", user: "Row") -> str:
    token = call.services.signer.new_token()
    connection.execute(
        """INSERT INTO sessions (id, user_id, expires_at)
           VALUES (%s, %s, now() + make_interval(days => %s))""",
        (session_id(token), user["id"], SESSION_DAYS),
    )
    return token


def _welcome(call: Call, user: "Row", token: str, status: int) -> Response:
    """Answer with the session's cookie: for this host alone, out of reach of scripts."""
    response = JSONResponse({"user": {"handle": user["handle"]}}, status)
    response.set_cookie(
        call.services.cookie,
        call.services.signer.sign(token),
        max_age=SESSION_DAYS * 86400,
        httponly=True,
        samesite="lax",
        secure=call.services.https,
    )
    return response
