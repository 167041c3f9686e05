"""What programs write, in files that outlive them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from partywall.engines.embedded.places import Places
from partywall.interfaces import Clock
from partywall.model.world import Key

_LOOK_EVERY = 0.2
_JOB = "job-"


class FileLog:
    """One program's files: the present one, and those that were moved out of its way."""

    def __init__(self, current: Path, clock: Clock) -> None:
        self._current = current
        self._clock = clock
        self._at = self._size()
        self._rest = b""

    def last(self, count: int) -> list[str]:
        """The last lines of all files, one that is not at its end yet too."""
        pieces = [_bytes(path) for path in [*self._rotated(), self._current]]
        self._at, self._rest = len(pieces[-1]), b""
        lines = b"".join(pieces).removesuffix(b"\n").split(b"\n")
        told = [line.decode(errors="replace") for line in lines] if any(pieces) else []
        return told[max(0, len(told) - count) :]

    def follow(self) -> Iterator[str]:
        """Lines as they come, for ever; a log that starts anew is read from its start."""
        while True:
            fresh = self._fresh()
            yield from fresh
            if not fresh:
                self._clock.sleep(_LOOK_EVERY)

    def _fresh(self) -> list[str]:
        size = self._size()
        if size < self._at:
            self._at, self._rest = 0, b""
        if size == self._at:
            return []
        with self._current.open("rb") as file:
            file.seek(self._at)
            data = self._rest + file.read(size - self._at)
        self._at = size
        *lines, self._rest = data.split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def _rotated(self) -> list[Path]:
        """Oldest first."""
        found = self._current.parent.glob(f"{self._current.name}.[0-9]*")
        return sorted(found, key=lambda path: -int(path.suffix[1:] or 0))

    def _size(self) -> int:
        return self._current.stat().st_size if self._current.exists() else 0


class FileLogs:
    """The logs of one installation."""

    def __init__(self, places: Places, clock: Clock) -> None:
        self._places = places
        self._clock = clock

    def written(self, environment: str) -> list[Key]:
        """Logs outlive their programs: all that ever wrote."""
        folder = self._places.log(f"{environment}/any").parent
        return [_key(environment, path.stem) for path in sorted(folder.glob("*.log"))]

    def of(self, key: Key) -> FileLog:
        """One of them."""
        return FileLog(self._places.log(key), self._clock)


def _key(environment: str, name: str) -> Key:
    job = name.removeprefix(_JOB)
    return f"{environment}/{name}" if job == name else f"{environment}/job/{job}"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
