"""The embedded engine: what it makes, what it deliberately does not, and its parts wired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from partywall.engines.embedded.instances import InstancePerformer, JobPerformer
from partywall.engines.embedded.logs import FileLogs
from partywall.engines.embedded.observe import EmbeddedObserver
from partywall.engines.embedded.places import Places, supervised_name
from partywall.engines.embedded.programs import Programs
from partywall.engines.embedded.reach import EmbeddedReach
from partywall.engines.embedded.running import Running, supervised
from partywall.engines.embedded.servers.choose import reading_others, refusal
from partywall.engines.embedded.supervise import control
from partywall.engines.embedded.supervise.state import State
from partywall.engines.embedded.throwaways import EmbeddedThrowaways
from partywall.engines.embedded.trash import FolderTrash
from partywall.engines.embedded.volumes import VolumePerformer
from partywall.interfaces import Clock, Health, Performer, Records, SecretStore
from partywall.model.world import (
    AnyThing,
    Entry,
    FileSpace,
    Instance,
    Job,
    Key,
    Limit,
    Volume,
    World,
    environment_of,
)
from partywall.planning.uses import is_edge

LIMITS = (
    "limits are shown, not enforced: a busy environment can slow the others down",
    "networks are not walled: only passwords keep an environment out of another one's servers",
    "images are not run: services start from `x-partywall: {run: …}`, datastores from wheels",
    "updates have a gap: a changed service is stopped before the new one starts",
    "supervisor and guardian do not come back when both are killed at once: what ends stays down",
    "it is for a first look, laptops and CI, not for real production",
)
UNWATCHED = (
    "supervisor and guardian are both gone: what runs goes on, what ends is not started again"
)
ONE_USER = (
    "without root all environments run under one user: each can read the other's files and "
    "signal its processes"
)
NO_VIEW = (
    "without root files of `secrets:` and `configs:` are not at their paths: only variables and "
    "words of `run` that name such a path lead to them"
)


class EmbeddedEngine:
    """Real servers from wheels and the application's own processes, on loopback."""

    name = "embedded"
    definitions = False
    common_edge = False
    makes: frozenset[type[AnyThing]] = frozenset({FileSpace, Instance, Job, Volume})

    def __init__(
        self,
        programs: Programs,
        records: Records,
        secrets: SecretStore,
        clock: Clock,
        *,
        trash_seconds: float,
        root: bool,
    ) -> None:
        self._programs = programs
        self._records = records
        self._running = Running(programs, secrets, clock)
        self._clock = clock
        self._trash_seconds = trash_seconds
        self.limits = LIMITS if root else (*LIMITS, ONE_USER, NO_VIEW)

    @property
    def places(self) -> Places:
        """Where it keeps what."""
        return self._programs.places

    def refusals(self, desired: World) -> list[str]:
        """Services that it cannot run, and services that no wall could keep apart."""
        instances = [
            thing.instance if isinstance(thing, Job) else thing
            for thing in desired.things()
            if isinstance(thing, Instance | Job)
        ]
        own = [one for one in instances if not is_edge(one)]
        said = (refusal(one) for one in own)
        return [sentence for sentence in (*said, reading_others(own)) if sentence]

    def attached(self, wanted: World) -> World:
        """Nothing: what somebody else runs as processes it does not know."""
        del wanted
        return World()

    def strangers(self) -> Sequence[str]:
        """Nobody that it could know."""
        return ()

    def former(self, project: str) -> Sequence[str]:
        """None: it knows no volumes but its own."""
        del project
        return ()

    def publisher(self, port: int) -> str:
        """Empty: it knows no containers."""
        del port
        return ""

    def succession(self) -> None:
        """None: nothing of others runs where it could take over from it."""

    def gap(self, before: Entry, after: Entry) -> str:
        """There always is one, which its limits say once."""
        del before, after
        return ""

    def observer(self) -> EmbeddedObserver:
        """Its eyes."""
        return EmbeddedObserver(self.places, self._records, self.states, self.state)

    def performers(self) -> Sequence[Performer]:
        """Its hands."""
        made = (self.places, self._programs.account, self._records, self.trash())
        return (
            InstancePerformer(self._running),
            JobPerformer(self._running, self._records),
            *(VolumePerformer(*made, kind) for kind in (Volume, FileSpace)),
        )

    def reach(self) -> EmbeddedReach:
        """Ways to its instances."""
        return EmbeddedReach(self._programs)

    def ways(self) -> EmbeddedReach:
        """The edge's ways to them: the same."""
        return self.reach()

    def links(self) -> EmbeddedReach:
        """The environments' ways to what they share: the same."""
        return self.reach()

    def states(self) -> dict[str, State]:
        """What the supervisor knows of every program."""
        return control.states(self.places.run)

    def state(self, key: Key) -> State:
        """What it knows of one."""
        return control.state(self.places.run, f"{environment_of(key)}/{supervised_name(key)}")

    def health(self, keys: Iterable[Key]) -> dict[Key, Health]:
        """How these instances are now."""
        states = self.states()
        memory, spent = control.memory(states), control.spent(states)
        names = {key: f"{environment_of(key)}/{supervised_name(key)}" for key in keys}
        return {
            key: _health(states[name], memory.get(name), spent.get(name))
            for key, name in names.items()
            if name in states
        }

    def use(self, limit: Limit) -> None:
        """Nobody holds an environment to a budget here."""
        del limit

    def logs(self) -> FileLogs:
        """What its programs write: files of ours."""
        return FileLogs(self.places, self._clock)

    def trash(self) -> FolderTrash:
        """Folders that were moved aside."""
        return FolderTrash(self.places, self._records, self._clock, self._trash_seconds)

    def throwaways(self) -> EmbeddedThrowaways:
        """Servers on copies of data."""
        return EmbeddedThrowaways(self._programs)

    def exporter(self) -> None:
        """It runs nothing by files that anybody else could use."""
        return

    def folder(self, volume: Key) -> Path:
        """Where a volume's data are."""
        return self.places.volume(volume)

    def user(self, environment: str) -> int | None:
        """As root each environment has one of its own, from its first start on."""
        return self._programs.user(environment)

    def identity(self) -> str:
        """There is one such engine wherever the project's folder is."""
        return "processes of this machine"

    def unwatched(self) -> str:
        """Supervisor and guardian replace each other; killed at once, nobody replaces them."""
        wanted = any(one.program and one.program.wanted for one in self.states().values())
        return UNWATCHED if wanted and not control.watched(self.places.run) else ""

    def discard(self, things: Iterable[AnyThing]) -> None:
        """Nothing is built here."""

    def builds(self) -> frozenset[str]:
        """Nothing is built here."""
        return frozenset()

    def forget(self, keep: Iterable[str]) -> None:
        """Nothing is built here."""
        del keep

    def close(self, *, environments: Iterable[str]) -> None:
        """Give up what gone environments had; see that somebody watches what is left."""
        for environment in environments:
            self._programs.allocations.forget(environment)
        supervised(self._attend)

    def _attend(self) -> None:
        """The supervisor and its guardian may both have been killed; programs outlive them."""
        if self.states():
            control.ensure(self.places.run)
        else:
            control.stop(self.places.run)


def _health(state: State, memory: int | None, spent: float | None) -> Health:
    return Health(
        running=state.running,
        healthy=state.healthy,
        memory_bytes=memory,
        cpu_seconds=spent,
        started=state.started,
        restarts=state.restarts,
        says=state.health_says or state.failed,
    )
