"""The service as a process of its own on loopback, and ways to ask it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scenarios.installation import free_ports, until

FLAGS = "/ofrep/v1/evaluate/flags"
OUTCOMES = "/partywall/v1/outcomes"
MODULE = (sys.executable, "-m", "partywall.flags.service")


def flag(**fields: object) -> dict[str, object]:
    """A flag that is on, with whatever is different."""
    return {
        "state": "ENABLED",
        "variants": {"on": True, "off": False},
        "defaultVariant": "on",
    } | fields


class Serving:
    """One service with its file and its folder of counts."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "defined" / "flags.json"
        self.counts = folder / "counts"
        self.log = folder / "log"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.counts.mkdir(exist_ok=True)
        self.port, _ = free_ports()
        self.process: subprocess.Popen[bytes] | None = None

    def define(self, flags: object, **more: object) -> None:
        """Replace the definition, as it is to be replaced."""
        self.put(json.dumps({"flags": flags, **more}).encode())

    def put(self, content: bytes) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_bytes(content)
        draft.replace(self.file)

    def start(self, command: Sequence[str] = MODULE, cwd: Path | None = None) -> Serving:
        """Returns when it answers."""
        environment = {
            "PATH": os.environ["PATH"],
            "FLAGS_FILE": str(self.file),
            "FLAGS_COUNTS": str(self.counts),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=cwd, stdout=log, stderr=log
            )
        until(self._answers, what="the service answers")
        return self

    def stop(self) -> float:
        """End it as an engine does; the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        assert self.process.wait(10) == 0, self.log.read_text()
        return time.monotonic() - began

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        """Whatever became of it, it is gone now."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def connection(self) -> contextlib.closing[http.client.HTTPConnection]:
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10))

    @contextlib.contextmanager
    def raw(self) -> Iterator[socket.socket]:
        """A connection for bytes of one's own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connected:
            yield connected

    def ask(
        self,
        path: str,
        body: object = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, document and headers of one answer."""
        with self.connection() as connection:
            sent = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
            connection.request(method, path, sent, dict(headers or {}))
            answer = connection.getresponse()
            data = answer.read()
            found = json.loads(data) if data else None
            return answer.status, found, dict(answer.getheaders())

    def evaluate(self, key: str, **context: object) -> Any:
        """What it says of one flag."""
        return self.ask(f"{FLAGS}/{key}", {"context": context})[1]

    def health(self) -> Any:
        return self.ask("/healthz", method="GET")[1]

    def written(self) -> Any:
        """What it has written of its counts."""
        path = self.counts / "counts.json"
        return json.loads(path.read_bytes()) if path.exists() else {"flags": {}}

    def evaluations(self, key: str) -> int:
        """Written evaluations of one flag, of all variants and days."""
        found = self.written()["flags"].get(key, {"variants": {}})
        days = [day for one in found["variants"].values() for day in one["days"].values()]
        return sum(day["single"] + day["bulk"] for day in days)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            return self.health() is not None
        return False


def whole(connected: socket.socket) -> bytes:
    """Everything that comes until the connection ends."""
    pieces = []
    while piece := connected.recv(1 << 16):
        pieces.append(piece)
    return b"".join(pieces)
