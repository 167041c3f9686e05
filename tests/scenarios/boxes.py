"""Projects in containers, driven by the command line, on an edge of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from partywall.compose.cli import program
from partywall.engines.docker.labels import PROJECT
from partywall.execution import state
from scenarios.installation import APPS, SECONDS, Done, free_ports

TESTS = Path(__file__).parents[1]


def docker(*words: str) -> list[str]:
    """The lines of an answer of the engine, asked as a person would."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.split()


class Boxes:
    """One project in a folder of its own; others may share its edge."""

    def __init__(self, folder: Path, name: str, commons: Path, edge: dict[str, Any]) -> None:
        self.folder = folder / name
        self.home = self.folder / ".partywall"
        self.name = name
        self.commons = commons
        self.port: int = edge["http"]
        shutil.copytree(APPS / "boxes", self.folder)
        self.edge = {"tls": "off", **edge}
        self.settings(project=name, edge=self.edge)

    def settings(self, **changes: Any) -> None:
        """Change keys of `partywall.yaml`."""
        path = self.folder / "partywall.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))

    # What a user types.

    def call(self, *words: str, code: int | None = 0, **more: str) -> Done:
        """Run the command line with more variables; its exit code must be `code`, or any (None)."""
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=SECONDS, check=False,
            stdin=subprocess.DEVNULL, env={**self.environ(), **more},
        )  # fmt: skip
        said = Done(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in said.text, said.text
        assert code is None or said.code == code, f"{words}: {said.code}\n{said.text}"
        return said

    def command(self, *words: str) -> list[str]:
        """The argument list of a command line."""
        return [sys.executable, "-m", "partywall", "-C", str(self.folder), *words]

    def environ(self) -> dict[str, str]:
        """The variables of a command line."""
        path = os.pathsep.join([str(TESTS), *sys.path])
        return {**os.environ, "PARTYWALL_COMMONS": str(self.commons), "PYTHONPATH": path}

    def document(self, *words: str, code: int | None = 0) -> Any:
        """The document of a verb."""
        return json.loads(self.call(*words, "--json", code=code).out)

    def steps(self, *words: str) -> dict[str, str]:
        """Key → action of every step in the document of a verb."""
        return {step["key"]: step["action"] for step in self.document(*words)["steps"]}

    def compose(self, folder: Path, *words: str) -> None:
        """Call Compose in a rendered folder, as somebody without Partywall would."""
        done = subprocess.run(
            [program(), *words], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def plain(self, *words: str) -> None:
        """Call Compose in the app's folder, as somebody without Partywall would."""
        done = subprocess.run(
            [program(), *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    # What is there.

    def page(self, environment: str) -> str:
        """The first page of an environment; its status when it is not served."""
        host = f"{self.name}.localhost" if environment == "prod" else f"dev.{self.name}.localhost"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            try:
                connection.request("GET", "/", headers={"Host": f"{host}:{self.port}"})
                answer = connection.getresponse()
                body = answer.read().decode()
            except OSError:
                return "nobody"
        return body if answer.status == 200 else str(answer.status)

    def cached(self, environment: str, *words: str) -> str:
        """Ask an environment's cache."""
        return self.call("exec", environment, "cache", "--yes", "--", "redis-cli", *words).out

    def trash(self) -> dict[str, str]:
        """Key → id of what waits, the latest of each."""
        found = self.document("trash", "list")["trash"]
        return {one["key"]: one["id"] for one in reversed(found)}

    @property
    def mark(self) -> str:
        """The filter for what is this project's."""
        found = state.read(self.home)
        return f"label={PROJECT}={found.project_id if found else 'nobody'}"

    def left(self) -> dict[str, list[str]]:
        """What of this project the engine still has."""
        return left(self.mark)

    # The end.

    def close(self) -> None:
        """Remove everything, and see that nothing of it is left."""
        if self.home.exists():
            try:
                self.call("destroy", "--all", "--yes")
                self.call("trash", "empty", "--yes")
                assert not any(self.left().values()), self.left()
            finally:
                remove(self.mark)


def left(mark: str) -> dict[str, list[str]]:
    """Containers, networks and volumes with a label."""
    return {
        "container": docker("ps", "-aq", "--filter", mark),
        "network": docker("network", "ls", "-q", "--filter", mark),
        "volume": docker("volume", "ls", "-q", "--filter", mark),
    }


def remove(mark: str) -> None:
    """Remove what a test that failed left behind."""
    for kind, names in left(mark).items():
        for name in names:
            docker("rm", "-f", "-v", name) if kind == "container" else docker(kind, "rm", name)


@contextlib.contextmanager
def neighbours(folder: Path) -> Iterator[tuple[Boxes, Boxes]]:
    """Two projects, not yet up, that will share an edge."""
    http_port, https_port = free_ports()
    edge = {"http": http_port, "https": https_port}
    names = [f"box{os.getpid()}{letter}" for letter in "ab"]
    one, other = (Boxes(folder, name, folder / "commons", edge) for name in names)
    try:
        yield one, other
    finally:
        with contextlib.ExitStack() as last:
            last.callback(one.close)
            last.callback(other.close)
