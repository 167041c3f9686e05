"""The embedded engine on the conformance suite's bench: real processes under a real supervisor."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path

from fakes.bench import Bench
from fakes.verbs import NoSwitch, RealClock
from partywall.engines.embedded.build import build
from partywall.engines.embedded.engine import EmbeddedEngine
from partywall.engines.embedded.supervise import control
from partywall.execution.records import Records
from partywall.interfaces import Commons, EdgeProgram, EngineParts
from partywall.model.app import Mount, Role
from partywall.model.world import AnyThing, Instance, Key, Need, Volume, World
from partywall.system.secretstore import FileSecretStore

_NUMBERS = itertools.count(1)


def no_edge(service: str) -> EdgeProgram:
    """The bench's world has no edge."""
    raise AssertionError(service)


class EmbeddedBench(Bench):
    """Two environments of two services with a volume each."""

    blinds = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # Programs carry it: two benches at once must not stop each other's.
        self.project_id = f"bench{os.getpid()}x{next(_NUMBERS)}"

    def engine(self) -> EmbeddedEngine:
        home = self.folder / ".partywall"
        secrets = FileSecretStore(home / "secrets")
        for name in ("prod", "dev"):
            secrets.save(name)
        return build(
            EngineParts(
                home=home,
                project=self.folder,
                name="bench",
                project_id=self.project_id,
                records=Records(home),
                secrets=secrets,
                clock=RealClock(),
                edge=no_edge,
                trash_seconds=3600,
                commons=Commons(folder=home / "commons", name="commons"),
                switch=NoSwitch(),
            )
        )

    def world(self) -> World:
        self.folder.mkdir(parents=True, exist_ok=True)
        return World.of(thing for name in ("prod", "dev") for thing in self._environment(name))

    def changed(self) -> World:
        things = [*self.world().things()]
        return World.of(
            self._service("dev/web", "2000") if one.key == self.web else one for one in things
        )

    def _environment(self, name: str) -> list[AnyThing]:
        volume = Volume(key=f"{name}/volume/data", name="data")
        return [volume, self._service(f"{name}/web", "1000"), self._service(f"{name}/worker", "1")]

    def _service(self, key: Key, number: str) -> Instance:
        environment, _, service = key.partition("/")
        volume = f"{environment}/volume/data"
        return Instance(
            key=key,
            needs=(Need(volume),),
            service=service,
            role=Role.APP,
            run=("sleep", f"{number}000"),
            mounts=(Mount(kind="volume", source=volume, target="/data"),),
        )

    def stop(self, key: Key) -> None:
        control.unwant(self._run, key)

    def lose(self, key: Key) -> None:
        control.forget(self._run, key)

    def blinded(self, name: str) -> contextlib.AbstractContextManager[None]:
        raise AssertionError(f"nothing hides {name} of what is in files")

    def remember(self, text: str) -> None:
        self._note.write_text(text)

    def recall(self) -> str | None:
        return self._note.read_text() if self._note.exists() else None

    def traces(self, key: Key) -> object:
        if key.count("/") == 1:
            return control.state(self._run, key).process
        folder = self.engine().folder(key)
        return folder.stat().st_ino if folder.exists() else None

    def close(self) -> None:
        control.stop(self._run, all=True)
        assert not [one for one in control.states(self._run).values() if one.running]

    @property
    def _run(self) -> Path:
        return self.engine().places.run

    @property
    def _note(self) -> Path:
        return self.engine().folder(self.data) / "note"
