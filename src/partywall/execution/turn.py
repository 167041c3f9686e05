"""Remembers whose turn it is where one environment at a time stands."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.system.decoding import decode
from partywall.system.files import corrupted, failed, read_bytes, write_atomically

VERSION = 1


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What `<home>/turn.json` holds."""

    version: int = VERSION
    on: str


def path_of(home: Path) -> Path:
    """Where it is written."""
    return home / "turn.json"


def read(home: Path) -> str:
    """The environment that was switched on last; empty: none ever was.

    Raises:
        MachineFailed: when the file is damaged or cannot be read.
        Refused: when a newer Partywall wrote it.
    """
    path = path_of(home)
    data = read_bytes(path)
    if data is None:
        return ""
    refuse_newer(data, VERSION, path)
    try:
        return decode(data, Turn).on
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error


def write(home: Path, on: str) -> None:
    """Returns when it is safely on disk.

    Raises:
        MachineFailed: when it cannot be written; the former turn then holds.
    """
    write_atomically(path_of(home), msgspec.json.encode(Turn(on=on)) + b"\n")


def forget(home: Path) -> None:
    """From now on it is production's turn.

    Raises:
        MachineFailed: when the file cannot be removed.
    """
    path = path_of(home)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise failed(error, "remove", path) from error
