"""The Compose projects on disk: what each unit was last told to be, in a file for Compose."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from partywall.compose.envfiles import quoted
from partywall.engines.docker.names import unit_of
from partywall.engines.docker.profiles import NO_WAYS, Drawn, Ways, in_profiles
from partywall.engines.docker.profiles import UNIT as PROFILES
from partywall.engines.docker.render import Ground, document, driver_options
from partywall.interfaces import SecretStore
from partywall.model.errors import MachineFailed
from partywall.model.secret import SecretRef, references
from partywall.model.world import AnyThing, Entry, FileSpace, Instance, Job, Key, Limit
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import corrupted, make_folder, read_bytes, write_atomically

_OF = "/"
"""Between a network and a service: no name has it."""
_TELLING = 4
"""Characters from which on a secret in a text is no coincidence."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A Compose project that can be called."""

    project: str
    folder: Path

    @property
    def compose(self) -> Path:
        """The Compose file."""
        return self.folder / "compose.yaml"

    @property
    def budget(self) -> Path:
        """The script that sets its budget, where it has one."""
        return self.folder / "budget.sh"

    @property
    def env(self) -> Path:
        """The values of its variables; only its owner may read it."""
        return self.folder / ".env"


class Units:
    """The units of one installation; several threads may use them at once."""

    def __init__(self, folder: Callable[[str], Path], secrets: SecretStore, ground: Ground) -> None:
        self._folder = folder
        self._secrets = secrets
        self._ground = ground
        self._lock = threading.Lock()

    def unit(self, name: str) -> Unit:
        """The unit of an environment, of `shared` or of `machine`."""
        project = self._ground.naming.compose_project(name)
        return Unit(project=project, folder=self._folder(name))

    def absolute(self, path: str) -> str:
        """A host path as a world gives it → that path from the root."""
        return self._ground.absolute(path)

    def bound(self, name: str) -> Iterator[str]:
        """The folders in vaults that a unit mounts; raises as `entries`."""
        for entry in self.entries(name):
            if isinstance(entry.thing, FileSpace) and entry.thing.bound:
                called = self._ground.called(entry.thing)
                yield driver_options(entry.thing, called, self._ground.absolute)["device"]

    def budget(self, name: str) -> tuple[Limit, str] | None:
        """The budget that a unit lives on, and its group of the kernel; raises as `entries`."""
        limits = (entry.thing for entry in self.entries(name) if isinstance(entry.thing, Limit))
        return next(((limit, self._ground.parent(name)) for limit in limits), None)

    def put(self, entries: Iterable[Entry]) -> None:
        """Let units be made of these things from now on, in place of what they were.

        Raises:
            MachineFailed: when a file is damaged or cannot be written.
        """
        for name, given in _by_unit(entries).items():
            with self._alone(name):
                self._write(name, {**self._read(name), **given}, self._joined(name))

    def entries(self, name: str) -> list[Entry]:
        """What a unit is made of at present.

        Raises:
            MachineFailed: when its file is damaged.
        """
        return list(self._read(name).values())

    def replace(self, name: str, entries: Iterable[Entry]) -> None:
        """Let a unit be made of these things and no others; raises as `put` does."""
        with self._alone(name):
            self._write(name, {entry.thing.key: entry for entry in entries}, self._joined(name))

    def drawn(self, name: str, entries: Iterable[Entry]) -> Drawn:
        """What a unit of these things would be; nothing is written."""
        every = list(entries)
        return Drawn(
            document=document(name, every, self._ground), variables=self._values(name, every)
        )

    def keep_together(self, parts: Mapping[str, Iterable[Entry]], ways: Ways = NO_WAYS) -> Unit:
        """Write units as one with a profile for each; what runs by its own files stays as it is.

        Raises:
            MachineFailed: when a file cannot be written.
        """
        project = self._ground.naming.project
        drawn = {name: self.drawn(name, entries) for name, entries in parts.items()}
        whole = in_profiles(project, drawn, ways)
        unit = Unit(project=project, folder=self._folder(PROFILES))
        make_folder(unit.folder)
        _keep(unit.compose, _yaml(whole.document), 0o644)
        _keep(unit.env, _lines(whole.variables).encode(), 0o600)
        return unit

    def drop(self, key: Key) -> None:
        """Take a thing out of its unit; raises as `put` does."""
        name = unit_of(key)
        with self._alone(name):
            kept = {other: entry for other, entry in self._read(name).items() if other != key}
            self._write(name, kept, self._joined(name))

    def join(self, name: str, network: str, service: str = "") -> None:
        """Let the members of a unit, or one, be in a network of another; raises as `put` does."""
        with self._alone(name):
            self._write(name, self._read(name), {*self._joined(name), _way(network, service)})

    def leave(self, name: str, network: str, service: str = "") -> None:
        """Let one of them, or none, be in it any longer; raises as `put` does."""
        if not self.unit(name).folder.exists():
            return
        with self._alone(name):
            before = self._joined(name)
            left = {one for one in before if not _same_way(one, network, service)}
            if left != before:
                self._write(name, self._read(name), left)

    def joined(self, name: str) -> set[str]:
        """The networks of other units that members of this one are in."""
        return {way.partition(_OF)[0] for way in self._joined(name)}

    def _joined(self, name: str) -> set[str]:
        """Networks, each with the one service that is in it if not all are."""
        path = self.unit(name).folder / "joined.json"
        try:
            return decode(read_bytes(path) or b"[]", set[str])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(path, "not the names of networks") from error

    @contextlib.contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """One change of a unit's files at a time, whichever command line makes it."""
        with self._lock, locked(self.unit(name).folder / ".lock", f"the unit {name}"):
            yield

    def _read(self, name: str) -> dict[Key, Entry]:
        path = self.unit(name).folder / "things.json"
        try:
            return decode(read_bytes(path) or b"{}", dict[Key, Entry])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(path, "not what was written of a unit") from error

    def _write(self, name: str, entries: dict[Key, Entry], joined: Iterable[str]) -> None:
        unit = self.unit(name)
        make_folder(unit.folder)
        near = sorted(joined)
        made = document(name, entries.values(), self._ground, near)
        _keep(unit.compose, _yaml(made), 0o644)
        _keep(unit.env, self._variables(name, entries.values()).encode(), 0o600)
        self._keep_script(unit, entries.values())
        _keep(unit.folder / "things.json", msgspec.json.encode(entries), 0o600)
        _keep(unit.folder / "joined.json", msgspec.json.encode(near), 0o600)

    def _keep_script(self, unit: Unit, entries: Iterable[Entry]) -> None:
        limits = (entry.thing for entry in entries if isinstance(entry.thing, Limit))
        if text := "".join(map(self._ground.budget, limits)):
            _keep(unit.budget, text.encode(), 0o755)
        else:
            unit.budget.unlink(missing_ok=True)

    def masked(self, name: str, text: str) -> str:
        """A text that a program of a unit wrote, with stars for the unit's secrets."""
        with contextlib.suppress(MachineFailed):  # what cannot be read is nowhere in clear
            values = self._values(name, self.entries(name)).values()
            for value in sorted(values, key=len, reverse=True):
                text = text.replace(value, "****") if len(value) >= _TELLING else text
        return text

    def _variables(self, name: str, entries: Iterable[Entry]) -> str:
        """A line per secret."""
        return _lines(self._values(name, entries))

    def _values(self, name: str, entries: Iterable[Entry]) -> dict[str, str]:
        """Each secret's value; of several versions, while a change is under way, the newest's."""
        named: dict[str, SecretRef] = {}
        for entry in entries:
            for ref in sorted(references(msgspec.json.encode(_unfiled(entry.thing)).decode())):
                named[ref.name] = max(ref, named.get(ref.name, ref))
        return {ref.name: self._secrets.value(name, ref).reveal() for ref in named.values()}


def _yaml(made: Mapping[str, Any]) -> bytes:
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=1000).encode()


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{key}={quoted(value)}\n" for key, value in sorted(values.items()))


def _way(network: str, service: str) -> str:
    return f"{network}{_OF}{service}" if service else network


def _same_way(way: str, network: str, service: str) -> bool:
    return way == _way(network, service) if service else way.partition(_OF)[0] == network


def _unfiled(thing: AnyThing) -> AnyThing:
    """Without what Compose reads from files itself, which need not even be text."""
    if isinstance(thing, Job):
        return msgspec.structs.replace(thing, instance=_unfiled(thing.instance))
    if isinstance(thing, Instance):
        kept = tuple(one for one in thing.attachments if not one.file)
        return msgspec.structs.replace(thing, attachments=kept)
    return thing


def _by_unit(entries: Iterable[Entry]) -> dict[str, dict[Key, Entry]]:
    found: dict[str, dict[Key, Entry]] = {}
    for entry in entries:
        found.setdefault(unit_of(entry.thing.key), {})[entry.thing.key] = entry
    return found


def _keep(path: Path, data: bytes, mode: int) -> None:
    if read_bytes(path) != data:
        write_atomically(path, data, mode)
