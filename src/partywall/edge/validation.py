"""Whether Caddy would take a configuration, asked before anything is written."""

from __future__ import annotations

import contextlib
import errno
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from partywall.edge import command
from partywall.edge.front import listened
from partywall.edge.home import EdgeHome
from partywall.edge.settings import EdgeSettings
from partywall.model.errors import MachineFailed
from partywall.system.decoding import decode

_SECONDS = 60
_MESSAGE_CHARACTERS = 800


Builds = Callable[[EdgeSettings], dict[str, Any]]
"""Makes a configuration from the edge's settings."""


def validate(home: EdgeHome, build: Builds) -> None:
    """Let Caddy build everything it would build at a load, short of opening ports.

    It makes access logs and an authority while it does, so it gets a folder of its own:
    what it made as another user could stand in the way of the running one.

    Raises:
        MachineFailed: with Caddy's message.
    """
    with tempfile.TemporaryDirectory(prefix="partywall-edge-") as folder:
        elsewhere = msgspec.structs.replace(home.settings, storage=folder, logs=folder)
        config = build(elsewhere)
        done = _run(home, msgspec.json.encode(config), folder)
    if done.returncode != 0:
        raise MachineFailed(
            f"the edge refuses the configuration: {_message(done.stderr)}",
            remedy="nothing was changed; correct the route that is named",
        )


def _run(home: EdgeHome, text: bytes, folder: str) -> subprocess.CompletedProcess[bytes]:
    variables = dict.fromkeys(command.environment(home.settings), folder)
    try:
        return subprocess.run(
            command.validate(home),
            input=text,
            env=variables,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            cwd=Path(folder),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineFailed(f"Caddy cannot be asked: {error}") from error


def _message(err: bytes) -> str:
    """The last error of Caddy's log on its standard error."""
    lines = [line for line in err.splitlines() if line.strip()]
    for line in reversed(lines):
        with contextlib.suppress(msgspec.DecodeError):
            logged = decode(line, dict[str, Any])
            if logged.get("level") == "error":
                return str(logged.get("msg"))[:_MESSAGE_CHARACTERS]
    said = lines[-1].decode(errors="replace") if lines else "it gives no reason"
    return said.removeprefix("Error:").strip()[:_MESSAGE_CHARACTERS]


def refuse_taken_ports(text: bytes, *known: Mapping[str, Any]) -> None:
    """See that ports new to the edge are free, which Caddy's own validation does not.

    A file with a taken port in it would keep a restarted Caddy, and so production, down.

    Raises:
        MachineFailed: naming the port.
    """
    own = set().union(*map(listened, known))
    for address in sorted(listened(decode(text)) - own):
        host, _, port = address.rpartition(":")
        if _taken(host.strip("[]"), int(port)):
            raise MachineFailed(
                f"{address} is taken by another program, the edge cannot listen there",
                remedy="free the port or choose another one in partywall.yaml",
            )


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            # A port below 1024 may be Caddy's right without being ours.
            return error.errno == errno.EADDRINUSE
    return False
