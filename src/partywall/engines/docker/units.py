"""The Compose projects on disk: what each unit was last told to be, in a file for Compose."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import yaml

from partywall.compose.envfiles import quoted
from partywall.engines.docker import names
from partywall.engines.docker.render import document
from partywall.interfaces import SecretStore
from partywall.model.secret import SecretRef, references
from partywall.model.world import AnyThing, Entry, Instance, Job, Key, Volume
from partywall.system.files import corrupted, make_folder, read_bytes, write_atomically


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A Compose project that can be called."""

    project: str
    folder: Path

    @property
    def compose(self) -> Path:
        """The Compose file."""
        return self.folder / "compose.yaml"

    @property
    def env(self) -> Path:
        """The values of its variables; only its owner may read it."""
        return self.folder / ".env"


class Units:
    """The units of one installation; several threads may use them at once."""

    def __init__(
        self,
        folder: Path,
        project: str,
        project_id: str,
        secrets: SecretStore,
        absolute: Callable[[str], str],
        called: Callable[[Volume], str],
    ) -> None:
        self._folder = folder
        self._project = project
        self._project_id = project_id
        self._secrets = secrets
        self._absolute = absolute
        self._called = called
        self._lock = threading.Lock()

    def unit(self, name: str) -> Unit:
        """The unit of an environment, of `shared` or of `machine`."""
        return Unit(project=names.compose_project(self._project, name), folder=self._folder / name)

    def put(self, entries: Iterable[Entry]) -> None:
        """Let units be made of these things from now on, in place of what they were.

        Raises:
            MachineFailed: when a file is damaged or cannot be written.
        """
        with self._lock:
            for name, given in _by_unit(entries).items():
                self._write(name, {**self._read(name), **given})

    def drop(self, key: Key) -> None:
        """Take a thing out of its unit; raises as `put` does."""
        name = names.unit_of(key)
        with self._lock:
            kept = {other: entry for other, entry in self._read(name).items() if other != key}
            self._write(name, kept)

    def _read(self, name: str) -> dict[Key, Entry]:
        path = self._folder / name / "things.json"
        try:
            return msgspec.json.decode(read_bytes(path) or b"{}", type=dict[Key, Entry])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(path, "not what was written of a unit") from error

    def _write(self, name: str, entries: dict[Key, Entry]) -> None:
        unit = self.unit(name)
        make_folder(unit.folder)
        made = document(
            unit.project,
            self._project_id,
            entries.values(),
            absolute=self._absolute,
            called=self._called,
        )
        text = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=1000)
        _keep(unit.compose, text.encode(), 0o644)
        _keep(unit.env, self._variables(name, entries.values()).encode(), 0o600)
        _keep(unit.folder / "things.json", msgspec.json.encode(entries), 0o600)

    def _variables(self, name: str, entries: Iterable[Entry]) -> str:
        """A line per secret; of several versions, while a change is under way, the newest."""
        named: dict[str, SecretRef] = {}
        for entry in entries:
            for ref in sorted(references(msgspec.json.encode(_unfiled(entry.thing)).decode())):
                named[ref.name] = max(ref, named.get(ref.name, ref))
        values = {ref.name: self._secrets.value(name, ref).reveal() for ref in named.values()}
        return "".join(f"{key}={quoted(value)}\n" for key, value in sorted(values.items()))


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
        found.setdefault(names.unit_of(entry.thing.key), {})[entry.thing.key] = entry
    return found


def _keep(path: Path, data: bytes, mode: int) -> None:
    if read_bytes(path) != data:
        write_atomically(path, data, mode)
