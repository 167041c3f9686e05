"""A small app with flags in two environments, on either engine, driven by the command line."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from partywall.engines.docker.labels import PROJECT
from partywall.engines.embedded.supervise.processes import Process
from scenarios.boxes import docker, left, remove
from scenarios.installation import MAKAPIX, Installation, kill, until

APP = Path(__file__).with_name("app")
FEATURES = MAKAPIX / "makapix" / "features.py"
FLAG = "new_upload_flow"
PAGES = ("/", "/also")
"""One of each of the app's processes."""
AT_ONCE = 100
"""Questions that are asked before the answers are read."""


class Flagged(Installation):
    """The app, not yet up, in processes."""

    engine = "embedded"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        name = f"feature{os.getpid()}"
        super().__init__(APP, folder, {"project": name, "engine": self.engine})
        shutil.copy(FEATURES, folder)

    def kept(self, environment: str) -> Path:
        """Where an environment's flags are."""
        return self.home / "flags" / environment

    def bytes_of(self, environment: str) -> dict[str, bytes]:
        """What is said and served in an environment."""
        kept = self.kept(environment)
        paths = [kept / "settings.json", kept / "served" / "flags.json"]
        return {path.name: path.read_bytes() if path.exists() else b"" for path in paths}

    def served(self, environment: str) -> Any:
        """The flags in the served file."""
        return json.loads(self.bytes_of(environment)["flags.json"])["flags"]

    # What the app and the service answer.

    def ask(self, environment: str, path: str, method: str = "GET", host: str = "") -> str:
        """A page of the app, through the edge; the status where it is none."""
        address = f"{self.project}.localhost"
        name = address if environment == "prod" else f"{environment}.{address}"
        status, body = self.get(host + name, path)
        return body if status == 200 else str(status)

    def sees(self, environment: str, user: int = 1) -> set[str]:
        """What the app's processes say of a user."""
        return {self.ask(environment, f"{path}?user={user}") for path in PAGES}

    def until_sees(self, environment: str, what: str, seconds: float, user: int = 1) -> float:
        """Wait until all processes say so; the seconds that it took."""
        began = time.monotonic()
        until(lambda: self.sees(environment, user) == {what}, seconds, f"{environment} is {what}")
        return time.monotonic() - began

    def service(self, environment: str) -> tuple[str, int]:
        """Where the service listens."""
        return self.address(f"{environment}/flags")

    def answers(self, environment: str, users: range, key: str = FLAG) -> list[Any]:
        """The value of a flag for each user, from the service itself, over one connection."""
        found: list[Any] = []
        with socket.create_connection(self.service(environment), timeout=60) as connected:
            answers = connected.makefile("rb")
            for start in range(users.start, users.stop, AT_ONCE):
                some = range(start, min(users.stop, start + AT_ONCE))
                connected.sendall(b"".join(_question(key, user) for user in some))
                found += [_value(answers) for _ in some]
        return found

    def waits_for(self, environment: str, value: object, user: int = 1) -> None:
        """Until the service itself says so; it looks at its file several times a second."""
        until(lambda: self.answers(environment, range(user, user + 1)) == [value], what=str(value))

    # What becomes of the service.

    def running(self, environment: str) -> object:
        """What is another one when the service was started anew; None while it does not run."""
        return self.process(f"{environment}/flags")

    def kill(self, environment: str) -> None:
        """Kill -9."""
        kill(self.process(f"{environment}/flags"))

    @contextlib.contextmanager
    def silent(self, environment: str) -> Iterator[None]:
        """The service takes connections and answers none."""
        process = self.process(f"{environment}/flags")
        assert isinstance(process, Process)
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)

    def remains(self) -> dict[str, list[str]]:
        """What there is of services of flags."""
        return {"process": [key for key, _ in self.marked() if key.endswith("/flags")]}


class FlaggedBoxes(Flagged):
    """The same in containers."""

    engine = "docker"

    @property
    def mark(self) -> str:
        """The filter for what is this project's."""
        return f"label={PROJECT}={self.id or 'nobody'}"

    def box(self, environment: str, service: str = "flags") -> str:
        """The id of a container; empty while there is none."""
        which = f"label=com.docker.compose.project={self.project}-{environment}"
        found = docker("ps", "-aq", "--no-trunc", "--filter", which,
                       "--filter", f"label=com.docker.compose.service={service}")  # fmt: skip
        return found[0] if found else ""

    def inspect(self, environment: str) -> Any:
        """The engine's word on the service's container."""
        return json.loads(" ".join(docker("inspect", self.box(environment))))[0]

    def service(self, environment: str) -> tuple[str, int]:
        networks = self.inspect(environment)["NetworkSettings"]["Networks"]
        return next(one["IPAddress"] for one in networks.values()), 8016

    def running(self, environment: str) -> object:
        state = self.inspect(environment)["State"]
        return (state["Pid"], state["StartedAt"]) if state["Running"] else None

    def kill(self, environment: str) -> None:
        # By the kernel: what is told to the engine to die stays dead.
        os.kill(self.inspect(environment)["State"]["Pid"], signal.SIGKILL)

    @contextlib.contextmanager
    def silent(self, environment: str) -> Iterator[None]:
        name = self.box(environment)
        docker("pause", name)
        try:
            yield
        finally:
            docker("unpause", name)

    def remains(self) -> dict[str, list[str]]:
        mine = ("--filter", self.mark, "--filter", "label=com.docker.compose.service=flags")
        return {"container": docker("ps", "-aq", *mine)}

    def close(self) -> None:
        """Remove everything, and see that nothing of it is left."""
        try:
            if self.id:
                self.call("destroy", "--all", "--yes")
                self.call("trash", "empty", "--yes")
                assert not any(left(self.mark).values()), left(self.mark)
        finally:
            remove(self.mark)
            for image in docker("image", "ls", "-q", f"partywall/{self.project}"):
                docker("image", "rm", "-f", image)
            shutil.rmtree(self.folder, ignore_errors=True)


ENGINES: dict[str, type[Flagged]] = {"embedded": Flagged, "docker": FlaggedBoxes}


def _question(key: str, user: int) -> bytes:
    body = json.dumps({"context": {"targetingKey": f"user-{user}"}}).encode()
    head = f"POST /ofrep/v1/evaluate/flags/{key} HTTP/1.1\r\nHost: flags\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + kind.encode() + body


def _value(answers: Any) -> Any:
    status = answers.readline()
    length = 0
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    document = json.loads(answers.read(length))
    assert b" 200 " in status, (status, document)
    return document["value"]
