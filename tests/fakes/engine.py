"""An engine whose things are files: a killed process leaves behind what it had made so far."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, unquote

import msgspec

from partywall.interfaces import (
    Agent,
    Completed,
    Contact,
    Discarded,
    Engine,
    Health,
    Links,
    Log,
    Logs,
    Observer,
    Performer,
    Reach,
    Stand,
    Trash,
    Ways,
)
from partywall.model.errors import MachineFailed
from partywall.model.world import (
    KEPT,
    MACHINE,
    SHARED,
    AnyThing,
    Checkout,
    Database,
    Entry,
    FileSpace,
    Instance,
    Job,
    Key,
    KeySpace,
    Limit,
    Network,
    Route,
    TopicSpace,
    Volume,
    World,
    environment_of,
)
from partywall.system.files import read_bytes, write_atomically

KINDS: tuple[type[AnyThing], ...] = (
    Instance,
    Volume,
    Network,
    Database,
    KeySpace,
    TopicSpace,
    FileSpace,
    Route,
    Checkout,
    Limit,
    Job,
)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What the file of one thing holds."""

    entry: Entry
    starts: int = 0
    """How often it was started."""
    data: dict[str, str] = {}


class Ground:
    """The folder that the things are in; every change of it is one atomic effect."""

    def __init__(self, folder: Path, effect: Callable[[str], None]) -> None:
        self._folder = folder
        self._effect = effect

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / kind / quote(key, "")

    def get(self, key: Key) -> Stored | None:
        """What is stored under a key."""
        data = read_bytes(self._path("things", key))
        return msgspec.json.decode(data, type=Stored) if data else None

    def put(self, stored: Stored) -> None:
        """Store it; the process may be killed just before or just after."""
        key = stored.entry.thing.key
        self._effect(f"before {key}")
        write_atomically(self._path("things", key), msgspec.json.encode(stored))
        self._effect(f"after {key}")

    def drop(self, key: Key) -> None:
        """Move it into the trash."""
        self._effect(f"before {key}")
        trash = self._path("trash", key)
        trash.parent.mkdir(parents=True, exist_ok=True)
        self._path("things", key).replace(trash)
        self._effect(f"after {key}")

    def all(self) -> list[Key]:
        """Everything that is stored, sorted."""
        return self._names("things")

    def switch(self, kind: str, name: str, says: str | None) -> None:
        """Turn a `fail` or a `blind` on, with what it says, or off with None."""
        if says is None:
            self._path(kind, name).unlink(missing_ok=True)
        else:
            write_atomically(self._path(kind, name), says.encode())

    def switched(self, kind: str, name: str) -> str | None:
        """What a switch says, or None when it is off."""
        data = read_bytes(self._path(kind, name))
        return None if data is None else data.decode()

    def blind(self) -> dict[str, str]:
        """What cannot be observed → why."""
        return {name: self.switched("blind", name) or "" for name in self._names("blind")}

    def _names(self, kind: str) -> list[str]:
        found = (self._folder / kind).glob("[!.]*")
        return sorted(unquote(path.name) for path in found)


class FakeObserver(Observer):
    """Reads the files."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def observe(self, environments: Iterable[str] | None = None) -> World:
        blind = World({}, self._ground.blind())
        named = None if environments is None else {*environments, SHARED, MACHINE}
        entries = {
            key: stored.entry
            for key in self._ground.all()
            if (named is None or environment_of(key) in named)
            and blind.why_unknown(key) is None
            and (stored := self._ground.get(key))
        }
        return World(entries, blind.unknown)

    def look(self, key: Key) -> Entry | None:
        why = World({}, self._ground.blind()).why_unknown(key)
        if why is not None:
            raise MachineFailed(f"{key} cannot be observed: {why}", remedy="wait a moment")
        stored = self._ground.get(key)
        return stored.entry if stored else None


class FakePerformer(Performer):
    """Writes the files; makes things in two effects, so that a kill can leave half of one."""

    def __init__(self, kind: type[AnyThing], ground: Ground) -> None:
        self.kind = kind
        self._ground = ground

    def create(self, entry: Entry) -> None:
        self._may(entry)
        stored = self._ground.get(entry.thing.key)
        if stored is None:
            stored = Stored(entry=msgspec.structs.replace(entry, running=False))
            self._ground.put(stored)
        self._run(entry, stored)

    def change(self, before: Entry, after: Entry) -> None:
        self._may(after)
        stored = self._ground.get(before.thing.key)
        if stored is None:
            raise MachineFailed(f"{before.thing.key} is not there", remedy="create it")
        down = msgspec.structs.replace(stored, entry=msgspec.structs.replace(after, running=False))
        self._ground.put(down)
        self._run(after, down)

    def start(self, entry: Entry) -> None:
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        self.change(entry, entry)

    def remove(self, entry: Entry) -> None:
        key = entry.thing.key
        self._may_fail(key)
        stored = self._ground.get(key)
        if stored is None:
            return
        users = [k for k in self._ground.all() if self._uses(k, key)]
        if users:
            raise MachineFailed(f"{key} is in use by {', '.join(users)}", remedy="remove those")
        stopped = msgspec.structs.replace(stored.entry, running=False)
        self._ground.put(msgspec.structs.replace(stored, entry=stopped))
        self._ground.drop(key)

    def _run(self, entry: Entry, stored: Stored) -> None:
        if stored.entry == entry:
            return
        self._ground.put(msgspec.structs.replace(stored, entry=entry, starts=stored.starts + 1))

    def _may(self, entry: Entry) -> None:
        """A real server cannot start before what it needs; neither does this one."""
        self._may_fail(entry.thing.key)
        for need in entry.thing.needs:
            found = self._ground.get(need.key)
            if found is None or not found.entry.running:
                raise MachineFailed(f"{entry.thing.key} needs {need.key}", remedy="start it first")

    def _may_fail(self, key: Key) -> None:
        says = self._ground.switched("fail", key)
        if says is not None:
            raise MachineFailed(says, remedy="turn the switch off")

    def _uses(self, user: Key, key: Key) -> bool:
        stored = self._ground.get(user)
        if stored is None or isinstance(stored.entry.thing, KEPT):
            return False
        return any(need.key == key for need in stored.entry.thing.needs)


class FakeReach(Reach, Ways, Links):
    """Nothing listens, so commands are only repeated."""

    def way(self, instance: Key, port: int) -> tuple[str, int]:
        return self.address(instance, port)

    def blocked(self, instance: Key) -> str:
        return ""

    def open(self, instance: Key) -> None:
        pass

    def address(self, instance: Key, port: int, near: str = "") -> tuple[str, int]:
        return "127.0.0.1", port

    def missing(self, space: AnyThing) -> str:
        return ""

    def link(self, space: AnyThing) -> None:
        pass

    def unlink(self, space: AnyThing) -> None:
        pass

    def stands(self, environment: str) -> Sequence[Stand]:
        return (Stand(name=environment),)

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        return None

    def prepare(self, environments: Sequence[str], agent: Agent) -> None:
        pass

    def leave(self) -> None:
        pass

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        return Completed(code=0, out=text, err="")

    def run_beside(
        self, instance: Key, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        return Completed(code=0, out=" ".join(command), err="")

    def enter(self, instance: Key, command: Sequence[str]) -> int:
        return 0


class FakeLogs(Logs, Log):
    """Nothing is written."""

    def written(self, environment: str) -> Sequence[Key]:
        return []

    def of(self, key: Key) -> Log:
        return self

    def last(self, count: int) -> Sequence[str]:
        return []

    def follow(self) -> Iterator[str]:
        return iter(())


class FakeTrash(Trash):
    """What is removed is kept, and nobody asks for it."""

    def all(self) -> Sequence[Discarded]:
        return []

    def gather(self, environment: str | None) -> None:
        pass

    def check(self, one: Discarded) -> None:
        pass

    def restore(self, one: Discarded, entry: Entry) -> None:
        pass

    def remove(self, one: Discarded) -> None:
        pass


class FakeEngine(Engine):
    """The whole engine over one folder; several processes may use it, one after the other."""

    name = "fake"
    definitions = False
    common_edge = False
    makes = frozenset(KINDS)
    limits: ClassVar[tuple[str, ...]] = ("it serves nothing",)

    def __init__(self, folder: Path, effect: Callable[[str], None] = lambda _what: None) -> None:
        self.folder = folder
        self.ground = Ground(folder, effect)

    def refusals(self, desired: World) -> list[str]:
        return []

    def attached(self, wanted: World) -> World:
        return World()

    def strangers(self) -> Sequence[str]:
        return ()

    def former(self, project: str) -> Sequence[str]:
        del project
        return ()

    def publisher(self, port: int) -> str:
        return ""

    def succession(self) -> None:
        return None

    def gap(self, before: Entry, after: Entry) -> str:
        return ""

    def observer(self) -> Observer:
        return FakeObserver(self.ground)

    def performers(self) -> Sequence[Performer]:
        return [FakePerformer(kind, self.ground) for kind in KINDS]

    def reach(self) -> Reach:
        return FakeReach()

    def ways(self) -> Ways:
        return FakeReach()

    def links(self) -> Links:
        return FakeReach()

    def health(self, keys: Iterable[Key]) -> dict[Key, Health]:
        found = {key: self.ground.get(key) for key in keys}
        return {
            key: Health(running=stored.entry.running, restarts=stored.starts - 1)
            for key, stored in found.items()
            if stored
        }

    def use(self, limit: Limit) -> None:
        return

    def logs(self) -> Logs:
        return FakeLogs()

    def trash(self) -> Trash:
        return FakeTrash()

    def exporter(self) -> None:
        return

    def user(self, environment: str) -> int | None:
        return None

    def identity(self) -> str:
        return str(self.folder)

    def unwatched(self) -> str:
        return ""

    def discard(self, things: Iterable[AnyThing]) -> None:
        """Nothing is built here."""

    def builds(self) -> frozenset[str]:
        return frozenset()

    def forget(self, keep: Iterable[str]) -> None:
        """Nothing is built here."""

    def close(self, *, environments: Iterable[str]) -> None:
        pass

    @contextlib.contextmanager
    def failing(self, key: Key, says: str = "it does not work") -> Iterator[None]:
        """Every step on this key fails."""
        self.ground.switch("fail", key, says)
        yield
        self.ground.switch("fail", key, None)

    @contextlib.contextmanager
    def blind(self, name: str, says: str = "no answer") -> Iterator[None]:
        """A key, or `environment/`, cannot be observed."""
        self.ground.switch("blind", name, says)
        yield
        self.ground.switch("blind", name, None)
