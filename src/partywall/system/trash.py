"""A folder with what is known of data that were removed and wait; one folder in it for each."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from partywall.interfaces import Discarded
from partywall.model.world import environment_of, name_of
from partywall.system.decoding import decode
from partywall.system.files import failed, make_folder, read_bytes, write_atomically


class TrashFolder:
    """The records of what waits; where the data are is the engine's concern."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Discarded]:
        """Every record that can be read: one that cannot was half made by a crash."""
        return [one for path in sorted(self._folder.glob("*/about.json")) if (one := _read(path))]

    def put(self, about: Discarded) -> Path:
        """Write a record; returns the folder that it is in."""
        name = f"{int(about.at * 1000)}-{environment_of(about.key)}-{name_of(about.key)}"
        place = make_folder(self._folder / name)
        kept = msgspec.structs.replace(about, id="")
        write_atomically(place / "about.json", msgspec.json.encode(kept))
        return place

    def place(self, one: Discarded) -> Path:
        """The folder of a record."""
        return self._folder / one.id

    def drop(self, one: Discarded) -> None:
        """Remove a record with everything beside it.

        Raises:
            MachineFailed: when it cannot be removed.
        """
        place = self.place(one)
        try:
            shutil.rmtree(place)
        except FileNotFoundError:
            return
        except OSError as error:
            raise failed(error, "remove", place) from error


def _read(path: Path) -> Discarded | None:
    try:
        known = decode(read_bytes(path) or b"", Discarded)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return msgspec.structs.replace(known, id=path.parent.name)
