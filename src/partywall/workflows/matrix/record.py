"""What is remembered of a scratch copy, before its first act and until nothing of it is left."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.system.decoding import decode
from partywall.system.files import corrupted, read_bytes, write_atomically

FOLDER = "matrix"
"""Below the home folder of the user's project: all that `matrix` keeps."""
_NAME = "scratch.json"


class Scratch(msgspec.Struct, frozen=True, kw_only=True):
    """One scratch copy; nothing outside of its folder, and what the engine made for it, is its."""

    name: str
    """Of its project: what everything that an engine makes for it is called by."""
    folder: str
    """All of it is in there; an absolute path."""
    engine: str
    builds: tuple[str, ...] = ()
    """Names of what the engine had built before, and keeps."""

    @property
    def root(self) -> Path:
        """The folder of all of it."""
        return Path(self.folder)

    @property
    def app(self) -> Path:
        """The copy of the project's folder."""
        return self.root / "app"

    @property
    def commons(self) -> Path:
        """Where its own edge is, with an engine that has one for all projects."""
        return self.root / "commons"


def read(home: Path) -> Scratch | None:
    """The scratch copy that is there, or was when somebody was killed.

    Raises:
        MachineFailed: when the record is damaged.
    """
    data = read_bytes(home / FOLDER / _NAME)
    if data is None:
        return None
    try:
        return decode(data, Scratch)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(home / FOLDER / _NAME, str(error)) from error


def write(home: Path, scratch: Scratch) -> None:
    """Returns when it is safely on disk."""
    write_atomically(home / FOLDER / _NAME, msgspec.json.encode(scratch))


def drop(home: Path) -> None:
    """Nothing is left of it."""
    (home / FOLDER / _NAME).unlink(missing_ok=True)
