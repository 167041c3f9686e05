"""One call of the API: what was asked, by whom, within which limits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from makapix.api.body import read_body
from makapix.api.refusal import Refusal
from makapix.broker import Broker
from makapix.cache import Cache
from makapix.database import Database, Row
from makapix.features import Features
from makapix.sessions import Signer, cookie_name, session_id
from makapix.vault import Vault


@dataclass(frozen=True)
class Services:
    """Everything outside the process that a call may use."""

    environment: str
    https: bool
    database: Database
    cache: Cache
    broker: Broker
    vault: Vault
    signer: Signer
    features: Features

    @property
    def cookie(self) -> str:
        """The session cookie's name."""
        return cookie_name(self.https)


class Call:
    """What a handler gets."""

    def __init__(self, services: Services, request: Request, body: dict[str, Any]) -> None:
        """Take the request with its body already read."""
        self.services, self.body = services, body
        self.path, self.query = request.path_params, request.query_params
        self._address = request.client.host if request.client else "unknown"
        self._cookie = request.cookies.get(services.cookie, "")

    @property
    def token(self) -> str | None:
        """The session's token, if the cookie was signed by this environment."""
        return self.services.signer.token_in(self._cookie)

    def viewer(self) -> Row | None:
        """Return the logged-in user, or None."""
        if self.token is None:
            return None
        with self.services.database.transaction() as connection:
            return connection.execute(
                """SELECT users.id, handle FROM sessions JOIN users ON users.id = user_id
                   WHERE sessions.id = %s AND expires_at > now()""",
                (session_id(self.token),),
            ).fetchone()

    def user(self) -> Row:
        """Return the logged-in user; 401 when there is none."""
        viewer = self.viewer()
        if viewer is None:
            raise Refusal(401, "log in first")
        return viewer

    def text(self, name: str, longest: int) -> str:
        """Return a field of the body; 400 when it is missing, blank or too long."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Refusal(400, f"{name} is missing")
        # PostgreSQL stores no NUL, and half a surrogate pair is not text.
        clean = value.replace("\0", "").encode(errors="replace").decode().strip()
        if not 0 < len(clean) <= longest:
            raise Refusal(400, f"{name} takes at most {longest} characters")
        return clean

    def number(self, name: str) -> int:
        """Return a number from the path; 404 when no row can have it."""
        value = int(self.path[name])
        if value >= 2**63:
            raise Refusal(404, "not found")
        return value

    def limit(self, action: str, per_minute: int, who: object = None) -> None:
        """Count this call; 429 when ``who`` (the caller's address) did it too often."""
        if not self.services.cache.may(action, str(who or self._address), per_minute):
            raise Refusal(429, "too many requests; try again in a minute")


Handler = Callable[[Call], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Endpoint:
    """Turn a handler into an endpoint: read the body, then work in a thread of its own."""

    async def answer(request: Request) -> Response:
        call = Call(request.app.state.services, request, await read_body(request))
        return await run_in_threadpool(handler, call)

    return answer
