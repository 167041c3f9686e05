"""Runs one ASGI application on HOST and PORT until it is told to stop."""

from starlette.types import ASGIApp

from makapix.environment import listen_address
from makapix.logs import log_to_stdout

# Open requests get this long (s) after SIGTERM; then the process goes.
GRACE = 1


def serve(app: ASGIApp) -> None:
    """Serve until SIGTERM or SIGINT."""
    import uvicorn  # late: tests and health checks import this package without serving

    log_to_stdout()
    host, port = listen_address()
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
