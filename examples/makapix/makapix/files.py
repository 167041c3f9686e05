"""Serves the vault's files over HTTP, and nothing else: no listings, no other paths."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from makapix.environment import required
from makapix.serve import serve
from makapix.vault import Vault, content_type

# A file's name is its content's digest, so it may be kept for ever.
HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def artwork(vault: Vault, name: str) -> Response:
    """Return the file of that name in the vault, or 404."""
    path = vault.find(name)
    if path is None:
        return PlainTextResponse("not found\n", 404)
    return FileResponse(path, media_type=content_type(name), headers=HEADERS)


def files_app(vault: Vault) -> Starlette:
    """Build the application that serves one vault."""

    def get(request: Request) -> Response:
        return artwork(vault, request.path_params["name"])

    def health(_: Request) -> Response:
        there = vault.folder.is_dir()
        text, status = ("ok\n", 200) if there else ("no vault\n", 503)
        # The page, on another host, asks whether it may load pictures from here.
        return PlainTextResponse(text, status, {"Access-Control-Allow-Origin": "*"})

    return Starlette(routes=[Route("/healthz", health), Route("/{name:path}", get)])


if __name__ == "__main__":
    serve(files_app(Vault(Path(required("VAULT_DIR")))))
