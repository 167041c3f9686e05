"""Serves the one page: gallery, upload, login, and the banner that names the environment."""

import html
from pathlib import Path
from string import Template

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from makapix.environment import is_production, optional
from makapix.serve import serve

PAGE = Path(__file__).parent / "page"


def page_for(environment: str, vault_url: str) -> str:
    """Return the page of one environment."""
    production = is_production(environment)
    return Template((PAGE / "index.html").read_text()).substitute(
        environment=html.escape(environment),
        tone="production" if production else "other",
        sentence="the real club" if production else "a test site: nothing here is real or lasting",
        vault_url=html.escape(vault_url.rstrip("/")),
    )


def security_headers(vault_url: str) -> dict[str, str]:
    """Return headers that let the page load its own files and the vault's pictures only."""
    vault = vault_url.rstrip("/")
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": (
            f"default-src 'self'; img-src 'self' {vault}; connect-src 'self' {vault}; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        ),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def web_app(environment: str, vault_url: str) -> Starlette:
    """Build the application; the page never changes while it runs."""
    page = HTMLResponse(page_for(environment, vault_url), headers=security_headers(vault_url))

    async def index(_: Request) -> Response:
        return page

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/", index),
            Route("/healthz", health),
            Mount("/static", StaticFiles(directory=PAGE / "static")),
        ]
    )


if __name__ == "__main__":
    serve(
        web_app(
            optional("ENVIRONMENT", "production"),
            optional("VAULT_URL", "http://localhost:8081"),
        )
    )
