"""Which volume of the engine is a key's at present: a new one after the old was set aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from partywall.model.world import Key, Volume
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import corrupted, read_bytes, write_atomically


class VolumeNames:
    """Which volume of the engine is a key's at present: a new one after the old was set aside."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, volume: Volume) -> str:
        """The name by which the engine knows it, or would."""
        return self._read().get(volume.key, volume.name)

    def keep(self, key: Key, name: str) -> None:
        """Remember it."""
        self._change(lambda known: {**known, key: name})

    def forget(self, key: Key) -> None:
        """It is no longer the key's."""
        self._change(lambda known: {other: known[other] for other in known if other != key})

    def all(self) -> dict[Key, str]:
        """Every volume in use."""
        return self._read()

    def _read(self) -> dict[Key, str]:
        try:
            return decode(read_bytes(self._path) or b"{}", dict[Key, str])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(self._path, "not the names of volumes") from error

    def _change(self, change: Callable[[dict[Key, str]], dict[Key, str]]) -> None:
        """Read and write as one: other commands change other environments meanwhile."""
        with locked(self._path.with_suffix(".lock"), "the names of volumes"):
            write_atomically(self._path, msgspec.json.encode(change(self._read())))
