"""Refuses files that a newer Partywall wrote: reading them as our own could lose what they say."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.model.errors import Place, Refused
from partywall.system.decoding import decode
from partywall.system.files import corrupted


class Versioned(msgspec.Struct, frozen=True):
    """The one field that every version of every file has."""

    version: int


def refuse_newer(data: bytes, known: int, path: Path) -> None:
    """Let through what this version can read.

    Raises:
        Refused: when a newer version wrote it.
        MachineFailed: when it has no version at all.
    """
    try:
        version = decode(data, Versioned).version
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error
    if version > known:
        raise Refused(
            f"this file was made by a newer Partywall (format {version}, known are up to {known})",
            where=Place(str(path)),
            remedy="use that version, or a newer one",
        )
