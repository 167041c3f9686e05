"""The Docker engine on the conformance suite's bench: real containers of a real engine."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
from pathlib import Path

from fakes.bench import Bench
from fakes.verbs import NoSwitch, RealClock
from partywall.engines.docker.build import build
from partywall.engines.docker.engine import DockerEngine
from partywall.engines.docker.labels import PROJECT
from partywall.execution.records import Records
from partywall.interfaces import Commons, EdgeProgram, EngineParts
from partywall.model.app import HealthCheck, Mount, Role
from partywall.model.world import AnyThing, Instance, Key, Need, Network, Volume, World
from partywall.system.secretstore import FileSecretStore

_NUMBERS = itertools.count(1)
IMAGE = "redis:7"


def no_edge(service: str) -> EdgeProgram:
    """The bench's world has no edge."""
    raise AssertionError(service)


def docker(*words: str) -> str:
    """One question to the engine, as a person would ask it."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.strip()


class DockerBench(Bench):
    """Two environments of two services with a network and a volume each."""

    blinds = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.project_id = f"bench{os.getpid()}x{next(_NUMBERS)}"

    def engine(self) -> DockerEngine:
        home = self.folder / ".partywall"
        return build(
            EngineParts(
                home=home,
                project=self.folder,
                name=self.project_id,
                project_id=self.project_id,
                records=Records(home),
                secrets=FileSecretStore(home / "secrets"),
                clock=RealClock(),
                edge=no_edge,
                trash_seconds=3600,
                commons=Commons(folder=home / "commons", name=f"{self.project_id}-commons"),
                switch=NoSwitch(),
            )
        )

    def world(self) -> World:
        return World.of(thing for name in ("prod", "dev") for thing in self._environment(name))

    def changed(self) -> World:
        return World.of(
            self._service("dev/web", "7") if one.key == self.web else one
            for one in self.world().things()
        )

    def _environment(self, name: str) -> list[AnyThing]:
        called = f"{self.project_id}-{name}"
        return [
            Network(key=f"{name}/network/default", name=f"{called}_default"),
            Volume(key=f"{name}/volume/data", name=f"{called}_data"),
            self._service(f"{name}/web", "5"),
            self._service(f"{name}/worker", "6"),
        ]

    def _service(self, key: Key, number: str) -> Instance:
        environment, _, service = key.partition("/")
        volume = f"{environment}/volume/data"
        return Instance(
            key=key,
            needs=(Need(f"{environment}/network/default"), Need(volume)),
            service=service,
            role=Role.CACHE,
            image=IMAGE,
            environment={"NUMBER": number, "PRICE": "5$ and ${NOTHING}"},
            mounts=(Mount(kind="volume", source=volume, target="/data"),),
            health=HealthCheck(command=("redis-cli", "ping"), interval=1.0, timeout=3.0),
            stop_grace=3.0,
        )

    def stop(self, key: Key) -> None:
        docker("stop", "-t", "1", self._container(key))

    def lose(self, key: Key) -> None:
        docker("rm", "-f", self._container(key))

    def blinded(self, name: str) -> contextlib.AbstractContextManager[None]:
        raise AssertionError(f"an engine answers for all or for nothing, not without {name}")

    def remember(self, text: str) -> None:
        docker("exec", self._container(self.web), "sh", "-c", f"echo {text} > /data/note")

    def recall(self) -> str | None:
        words = ("sh", "-c", "cat /data/note 2>/dev/null || true")
        return docker("exec", self._container(self.web), *words) or None

    def traces(self, key: Key) -> object:
        if key.count("/") == 1:
            shown = "{{.Id}} {{.State.StartedAt}}"
            return docker("inspect", "--format", shown, self._container(key))
        return docker("volume", "ls", "-q", "--filter", f"label={PROJECT}={self.project_id}")

    def close(self) -> None:
        mine = f"label={PROJECT}={self.project_id}"
        for kind, remove in (("ps", ("rm", "-f", "-v")), ("network", ()), ("volume", ())):
            listed = ("ps", "-aq") if kind == "ps" else (kind, "ls", "-q")
            for one in docker(*listed, "--filter", mine).split():
                docker(*(remove or (kind, "rm")), one)

    def _container(self, key: Key) -> str:
        environment, _, service = key.partition("/")
        return f"{self.project_id}-{environment}-{service}-1"
