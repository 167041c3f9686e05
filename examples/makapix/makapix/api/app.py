"""The API's routes, its wall against other sites, and its health."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from makapix.api import accounts, people, posts, talk
from makapix.api.call import Call, Endpoint, Handler, Services, endpoint
from makapix.api.refusal import Refusal, refuse, unavailable

HANDLERS: list[tuple[str, str, Handler]] = [
    ("POST", "/api/users", accounts.register),
    ("POST", "/api/sessions", accounts.log_in),
    ("DELETE", "/api/sessions", accounts.log_out),
    ("GET", "/api/me", accounts.me),
    ("GET", "/api/posts", posts.gallery),
    ("POST", "/api/posts", posts.upload),
    ("GET", "/api/posts/{post:int}", posts.post),
    ("POST", "/api/posts/{post:int}/comments", talk.comment),
    ("PUT", "/api/posts/{post:int}/reactions/{kind}", talk.react),
    ("DELETE", "/api/posts/{post:int}/reactions/{kind}", talk.unreact),
    ("GET", "/api/users/{handle}", people.profile),
    ("PUT", "/api/users/{handle}/follow", people.follow),
    ("DELETE", "/api/users/{handle}/follow", people.unfollow),
    ("GET", "/api/notifications", people.notifications),
    ("POST", "/api/notifications/read", people.read_notifications),
    ("GET", "/api/vault/{name:path}", posts.file),
]


class OwnPagesOnly:
    """Refuses changes asked for by a page of another host.

    SameSite does not: dev.makapix.example and makapix.example are one site to a browser.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through unless its Origin is somebody else."""
        if scope["type"] == "http" and _comes_from_elsewhere(Request(scope)):
            answer = JSONResponse({"error": "that page belongs to another site"}, 403)
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _comes_from_elsewhere(request: Request) -> bool:
    origin = request.headers.get("origin")
    if origin is None or request.method in {"GET", "HEAD"}:
        return False
    return urlsplit(origin).netloc != request.headers.get("host")


def health(call: Call) -> Response:
    """Answer 200 while database and cache answer; the broker may be away for a while."""
    with call.services.database.transaction() as connection:
        connection.execute("SELECT 1")
    call.services.cache.ping()
    return JSONResponse({"ok": True, "broker": call.services.broker.connected})


def about(call: Call) -> Response:
    """Say which environment this is, and whether the worker hears of posts at once."""
    services = call.services
    return JSONResponse({"environment": services.environment, "broker": services.broker.connected})


def api_app(services: Services) -> Starlette:
    """Build the application around its services."""
    import psycopg  # late: slow to import, and pure tests do without
    from redis import RedisError

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        services.broker.start()
        yield
        services.broker.close()
        services.database.close()
        services.cache.close()

    app = Starlette(
        routes=[_route(method, path, handler) for method, path, handler in HANDLERS]
        + [_route("GET", "/healthz", health), _route("GET", "/api/about", about)],
        middleware=[Middleware(OwnPagesOnly)],
        exception_handlers={
            Refusal: refuse,
            psycopg.OperationalError: unavailable,
            psycopg.InterfaceError: unavailable,
            RedisError: unavailable,
        },
        lifespan=lifespan,
    )
    app.state.services = services
    return app


def _route(method: str, path: str, handler: Handler) -> Route:
    answer: Endpoint = endpoint(handler)
    return Route(path, answer, methods=[method])
