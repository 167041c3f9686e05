"""Remembers each thing that was made, one small file per thing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.model.errors import BadInput
from partywall.model.world import ENVIRONMENT_NAME, AnyThing, Entry, Key
from partywall.system.decoding import decode
from partywall.system.files import corrupted, failed, read_bytes, write_atomically

VERSION = 1


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a file holds."""

    version: int
    key: Key
    fingerprint: str
    thing: AnyThing
    at: float
    """When it was made or changed, in seconds since the epoch."""
    running: bool = True
    """False for a job that is still to get through."""


class Records:
    """`<home>/state/<environment>/<kind>-<name>.json`, each written whole or not at all."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = home / "state"
        self._now = now

    def read_all(self, environments: Iterable[str] | None = None) -> dict[Key, Entry]:
        """Everything recorded of these environments, or of all.

        Raises:
            MachineFailed: when a record is damaged or cannot be read.
        """
        entries = (self._read(path) for path in self._paths(environments))
        return {entry.thing.key: entry for entry in entries if entry}

    def get(self, key: Key) -> Entry | None:
        """What is recorded of one thing.

        Raises:
            MachineFailed: when the record is damaged or cannot be read.
        """
        return self._read(self.path(key))

    def put(self, entry: Entry) -> None:
        """Record a thing as it now is.

        Raises:
            MachineFailed: when it cannot be written; the old record is then still there.
        """
        record = Record(
            version=VERSION,
            key=entry.thing.key,
            fingerprint=entry.fingerprint,
            thing=entry.thing,
            at=self._now(),
            running=entry.running,
        )
        data = msgspec.json.format(msgspec.json.encode(record), indent=1)
        write_atomically(self.path(entry.thing.key), data + b"\n")

    def drop(self, key: Key) -> None:
        """Forget a thing; one that is not recorded is fine.

        Raises:
            MachineFailed: when the record cannot be removed.
        """
        path = self.path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failed(error, "remove the record", path) from error

    def path(self, key: Key) -> Path:
        """Where a thing is recorded; a key can never lead out of the folder.

        Raises:
            BadInput: when the key is none.
        """
        environment, _, rest = key.partition("/")
        kind, _, name = rest.rpartition("/")
        if not name or not ENVIRONMENT_NAME.fullmatch(environment):
            raise BadInput(f"{key!r} is no key", remedy="keys read `dev/web`, `dev/volume/data`")
        return (
            self._folder / environment / f"{quote(kind or 'instance', '')}-{quote(name, '')}.json"
        )

    def _paths(self, environments: Iterable[str] | None) -> Iterator[Path]:
        if environments is None:
            yield from sorted(self._folder.glob("*/*.json"))
            return
        for name in sorted(set(environments)):
            yield from sorted((self._folder / name).glob("*.json"))

    def _read(self, path: Path) -> Entry | None:
        data = read_bytes(path)
        if data is None:
            return None
        refuse_newer(data, VERSION, path)
        try:
            record = decode(data, Record)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(path, str(error)) from error
        if record.key != record.thing.key or self.path(record.key) != path:
            raise corrupted(path, f"it is about {record.key}")
        return Entry(thing=record.thing, fingerprint=record.fingerprint, running=record.running)
