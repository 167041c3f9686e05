"""A project with production on one engine, and the way into its database and into open copies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import yaml

from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS, Installation, free_ports, tiny


class Project:
    """What tests of snapshots need of a project, whatever its engine."""

    def __init__(self, of: Installation | Boxes) -> None:
        self.of = of
        self.call = of.call
        self.document = of.document
        self.home: Path = of.home

    def production(self) -> psycopg.Connection[Any]:
        """A connection to production's own server, as its administrator."""
        if isinstance(self.of, Installation):
            host, port = self.of.address("prod/db")
        else:
            host, port = self.address_of_container(), 5432
        return psycopg.connect(
            host=host, port=port, dbname=self.name, user=self.name, password=self.password(),
            connect_timeout=20, autocommit=True,
        )  # fmt: skip

    @property
    def name(self) -> str:
        """Of the database and of its owner."""
        return "tiny" if isinstance(self.of, Installation) else "app"

    def password(self) -> str:
        """Production's."""
        lines = (self.of.folder / ".env.prod").read_text().splitlines()
        return next(
            line.partition("=")[2] for line in lines if line.startswith("POSTGRES_PASSWORD=")
        )

    def address_of_container(self) -> str:
        """Where production's server is in its own network."""
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
        return docker("inspect", "-f", form, self.container())[0]

    def container(self) -> str:
        """The id of production's server."""
        mine = f"label=com.docker.compose.project={self.of.folder.name}-prod"
        return docker("ps", "-q", "--filter", mine, "--filter", "label=io.partywall.key=prod/db")[0]

    def enter(self, opened: dict[str, Any]) -> psycopg.Connection[Any]:
        """A connection to an open copy, by what `open --reveal --json` says."""
        said = opened["environment"]
        return psycopg.connect(said["DATABASE_URL"], connect_timeout=20, autocommit=True)

    def left(self) -> list[str]:
        """What of servers on copies is there: processes or containers."""
        if isinstance(self.of, Installation):
            return [key for key, _ in self.of.marked() if key.startswith("throwaway/")]
        mine = "label=io.partywall.throwaway"
        return docker("ps", "-aq", "--filter", self.of.mark, "--filter", mine)


@contextmanager
def embedded(folder: Path) -> Iterator[Project]:
    """Production of the small app, up."""
    with tiny(folder) as made:
        made.call("up", "prod", "--yes")
        yield Project(made)


@contextmanager
def boxed(folder: Path, name: str) -> Iterator[Project]:
    """Production of an app in containers, its data in a folder beside the project, up."""
    http, https = free_ports()
    made = Boxes(folder, name, folder / "commons", {"http": http, "https": https})
    rows = folder / f"{name}-rows"
    rows.mkdir()
    app = yaml.safe_load((APPS / "together" / "compose.yaml").read_text())
    # This one has a version of its own and says so in its path.
    app["services"]["db"]["image"] = "postgres:17"
    app["services"]["db"]["restart"] = "unless-stopped"
    app["services"]["db"]["volumes"] = ["rows:/var/lib/postgresql/data"]
    bound = {"type": "none", "o": "bind", "device": str(rows)}
    app["volumes"]["rows"] = {"driver": "local", "driver_opts": bound}
    app["services"] = {"db": app["services"]["db"], "web": app["services"]["web"]}
    (made.folder / "compose.yaml").write_text(yaml.safe_dump(app))
    try:
        made.call("up", "prod", "--yes")
        yield Project(made)
    finally:
        made.close()


def named(word: str) -> str:
    """A name that no other run on this machine has."""
    return f"{word}{os.getpid()}"
