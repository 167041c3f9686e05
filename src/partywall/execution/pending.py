"""What is on disk of an operation while it is under way: one file, there until it has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from partywall.system.decoding import decode
from partywall.system.files import corrupted, failed, read_bytes, write_atomically

Kept = TypeVar("Kept", bound=msgspec.Struct)


class Pending(Generic[Kept]):
    """The record of operations of one kind; `home` is the folder of an installation."""

    def __init__(self, name: str, kind: type[Kept]) -> None:
        self._name = name
        self._kind = kind

    def read(self, home: Path) -> Kept | None:
        """The operation that is under way or broke off; None when there is none.

        Raises:
            MachineFailed: when the record is damaged.
        """
        path = home / self._name
        data = read_bytes(path)
        if data is None:
            return None
        try:
            return decode(data, self._kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(path, str(error)) from error

    def write(self, home: Path, record: Kept) -> None:
        """Put it on disk before what it says is begun.

        Raises:
            MachineFailed: when it cannot be written.
        """
        text = msgspec.json.format(msgspec.json.encode(record), indent=1)
        write_atomically(home / self._name, text)

    def close(self, home: Path) -> None:
        """Nothing is under way any more.

        Raises:
            MachineFailed: when the record cannot be removed.
        """
        path = home / self._name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failed(error, "remove", path) from error
