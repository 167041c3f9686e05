"""A project in containers whose environments take turns, and what each of them keeps."""

from __future__ import annotations

import http.client
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS, free_ports
from scenarios.writers import Writer


class Turns(Boxes):
    """The app `turns`; production's cache is published on a port of the machine."""

    def __init__(self, folder: Path) -> None:
        http_port, https_port = free_ports()
        edge = {"http": http_port, "https": https_port}
        super().__init__(folder, f"turns{os.getpid()}", folder / "commons", edge)
        shutil.copytree(APPS / "turns", self.folder, dirs_exist_ok=True)
        self.settings(project=self.name, edge=self.edge)
        self.cache_port, _ = free_ports()
        (self.folder / ".env").write_text(f"CACHE_PORT={self.cache_port}\n")

    @contextmanager
    def marked(self, *names: str) -> Iterator[None]:
        """With signs for the app: `dev.sick` makes a page sick, `dev.job` a job fail."""
        paths = [self.folder / "marks" / name for name in names]
        for path in paths:
            path.touch()
        try:
            yield
        finally:
            for path in paths:
                path.unlink()

    def host(self, environment: str) -> str:
        """Its host name."""
        name = f"{self.name}.localhost"
        return name if environment == "prod" else f"{environment}.{name}"

    def writer(self, environment: str) -> Writer:
        """Somebody who hands numbers in."""
        return Writer(self.port, self.host(environment))

    def pages(self) -> tuple[str, str]:
        """What both answer."""
        return self.page("prod"), self.page("dev")

    def turned_away(self, environment: str, size: int) -> tuple[int, str | None]:
        """How somebody is answered who hands in much: the status, and when to come again."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            host = {"Host": f"{self.host(environment)}:{self.port}"}
            connection.request("POST", "/", b"x" * size, host)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers["Retry-After"]

    def running(self) -> set[str]:
        """The environments that have containers."""
        form = '{{.Label "io.partywall.environment"}}'
        return {*docker("ps", "-a", "--filter", self.mark, "--format", form)} - {"machine"}

    def kept(self, environment: str) -> dict[str, set[int]]:
        """The numbers that each of its stores has."""
        words = {
            "db": ("psql", "-h", "127.0.0.1", "-U", "app", "-Atc", "SELECT number FROM seen"),
            "cache": ("redis-cli", "lrange", "seen", "0", "-1"),
            "web": ("cat", "/files/notes"),
        }
        found = {
            service: docker("exec", f"{self.name}-{environment}-{service}-1", *ask)
            for service, ask in words.items()
        }
        return {service: {int(word) for word in said} for service, said in found.items()}


def gap(said: str) -> float:
    """How long nobody answered, as `switch` says it."""
    (found,) = re.findall(r"neither answered for (\d+\.\d) s", said)
    return float(found)
