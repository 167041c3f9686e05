"""A production that `docker compose` started, with rows, files and volumes from before."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS, free_ports

ROWS = 100_000
_MADE = f"""
CREATE TABLE pixels AS
SELECT g AS id, md5(g::text) AS colour FROM generate_series(1, {ROWS}) AS g
"""
_SUM = "SELECT count(*), sum(id), md5(string_agg(colour, ',' ORDER BY id)) FROM pixels"
SECRET = "production-secret-12"


class Legacy(Boxes):
    """The folder of an app whose production runs already, and that production."""

    def __init__(self, folder: Path) -> None:
        self.name = f"old{os.getpid()}"
        self.folder = folder / self.name
        self.home = self.folder / ".partywall"
        self.commons = folder / "commons"
        http, https = free_ports()
        self.port = http
        self.published, _ = free_ports()
        self.edge = {"tls": "off", "http": http, "https": https}
        shutil.copytree(APPS / "legacy", self.folder)
        path = self.folder / "partywall.yaml"
        path.write_text(path.read_text().replace("attach: legacy", f"attach: {self.name}"))
        self.add("partywall.yaml", yaml.safe_dump({"edge": self.edge}))
        env = self.folder / ".env"
        env.write_text(f"DB_PASSWORD={SECRET}\nWEB_PORT={self.published}\nLEGACY={self.name}\n")
        env.chmod(0o600)
        vault = self.folder / "vault-prod"
        vault.mkdir()
        (vault / "one.txt").write_text("kept")

    def add(self, name: str, text: str) -> None:
        """Add lines to a file."""
        path = self.folder / name
        path.write_text(path.read_text() + text)

    # What a user does without Partywall.

    def plain(self, *words: str) -> None:
        """Call Compose in the app's folder, for the production that runs already."""
        super().plain("-p", self.name, *words)

    def start(self) -> None:
        """Have production run, with its rows."""
        docker("volume", "create", f"{self.name}_archive")
        self.plain("up", "-d", "--wait")
        self.ask(f"{self.name}-db-1", _MADE)
        docker("exec", f"{self.name}-cache-1", "redis-cli", "set", "kept", "yes")

    # What is there.

    def ask(self, container: str, question: str) -> str:
        """Ask a database, in its container."""
        words = ("psql", "-U", "shop", "-d", "shop", "-XAtqc", question)
        return " ".join(docker("exec", container, *words))

    def data(self, prefix: str) -> dict[str, Any]:
        """All that must never be lost, as the containers with this prefix have it."""
        vault = self.folder / "vault-prod"
        return {
            "rows": self.ask(f"{prefix}-db-1", _SUM),
            "cache": docker("exec", f"{prefix}-cache-1", "redis-cli", "get", "kept"),
            "files": {
                one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in vault.iterdir()
            },
            "volumes": {
                name: Path(docker("volume", "inspect", "-f", "{{.Mountpoint}}", name)[0])
                .stat()
                .st_ino
                for name in self.volumes()
            },
        }

    def volumes(self) -> list[str]:
        """The volumes of production, by the engine's names."""
        return [f"{self.name}_{one}" for one in ("rows", "of_old", "archive")]

    def originals(self) -> dict[str, Any]:
        """Name → id, whether it runs, and its restart policy, of every container of production."""
        ids = docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={self.name}")
        shown = json.loads(" ".join(docker("inspect", *ids))) if ids else []
        return {
            one["Name"]: (
                one["Id"],
                one["State"]["Status"],
                one["HostConfig"]["RestartPolicy"]["Name"] or "no",
            )
            for one in shown
        }

    def since(self) -> list[str]:
        """When the containers of production were started."""
        ids = docker("ps", "-q", "--filter", f"label=com.docker.compose.project={self.name}")
        return docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", *sorted(ids))

    def of_ours(self, environment: str = "prod") -> list[str]:
        """The containers, networks and volumes that Partywall has of an environment."""
        mark = f"label=io.partywall.environment={environment}"
        owner = ("--filter", self.mark, "--filter", mark)
        return [
            *docker("ps", "-aq", *owner),
            *docker("network", "ls", "-q", *owner),
            *docker("volume", "ls", "-q", *owner),
        ]

    # The end.

    def close(self) -> None:
        """Remove everything."""
        try:
            super().close()
        finally:
            self.plain("down", "--remove-orphans")
            for name in self.volumes():
                docker("volume", "rm", "-f", name)


@contextlib.contextmanager
def production(folder: Path) -> Iterator[Legacy]:
    """One that runs; it is removed afterwards."""
    made = Legacy(folder)
    try:
        made.start()
        yield made
    finally:
        made.close()
