"""Serves until it is told to end, as its environment variables say."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from .keeping import Keeping
from .ofrep import Ofrep
from .server import Server
from .watching import Watching

_log = logging.getLogger("flags")


async def serve(config: Mapping[str, str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    watching = Watching(Path(config["FLAGS_FILE"]))
    keeping = Keeping(Path(config["FLAGS_COUNTS"]) if config.get("FLAGS_COUNTS") else None)
    await watching.look()
    host, port = config.get("HOST") or "0.0.0.0", int(config.get("PORT") or 8016)  # noqa: S104
    server = Server(Ofrep(watching, keeping).answer)
    listening = await server.listen(host, port)
    _log.info("listening at %s:%d", host, port)
    looking = asyncio.create_task(watching.keep_looking())
    kept = asyncio.create_task(keeping.keep(ended))
    await ended.wait()
    listening.close()
    server.close_all()
    looking.cancel()
    await kept


def _quiet() -> None:
    """What the evaluator says about rules and users is for nobody to read: a rule can be `log`."""
    logging.getLogger("openfeature").setLevel(logging.CRITICAL + 1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def main() -> int:
    """0 when it was told to end, 2 when it could not begin."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    _log.setLevel(logging.INFO)
    _quiet()
    if not os.environ.get("FLAGS_FILE"):
        _log.error("FLAGS_FILE is not set")
        return 2
    try:
        asyncio.run(serve(os.environ))
    except (OSError, ValueError) as error:
        _log.error("cannot serve: %s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
