"""What services write: the last lines of their logs, and what comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from partywall.interfaces import Clock
from partywall.model.world import Key, name_of
from partywall.workflows import services
from partywall.workflows.project import Project

_LOOK_EVERY = 0.2


class Line(msgspec.Struct, frozen=True):
    """One line of one service."""

    service: str
    text: str


def keys(project: Project, environment: str, names: Sequence[str]) -> list[Key]:
    """The services that are meant: those named, or all that ever wrote.

    Raises:
        BadInput: when there is none of that name.
    """
    written = _written(project, environment)
    if names:
        return [written.get(name) or services.one(project, environment, name) for name in names]
    found = services.instances(project, environment)
    return found or sorted(written.values())


def last(project: Project, chosen: Sequence[Key], count: int) -> Iterator[Line]:
    """The last lines of each service, one service after the other."""
    for key in chosen:
        texts = [text for path in project.engine.logs(key) for text in _lines(path)]
        yield from (Line(name_of(key), text) for text in texts[len(texts) - count :])


def follow(project: Project, chosen: Sequence[Key], clock: Clock) -> Iterator[Line]:
    """Lines as they come, for ever; a log that starts anew is read from its start."""
    tails = {key: _Tail(project, key) for key in chosen}
    while True:
        fresh = [Line(name_of(key), text) for key, tail in tails.items() for text in tail.fresh()]
        yield from fresh
        if not fresh:
            clock.sleep(_LOOK_EVERY)


class _Tail:
    """The end of one log, remembered."""

    def __init__(self, project: Project, key: Key) -> None:
        self._project, self._key = project, key
        self._at = self._size()
        self._rest = b""

    def fresh(self) -> list[str]:
        size = self._size()
        if size < self._at:
            self._at, self._rest = 0, b""
        path = self._path()
        if path is None or size == self._at:
            return []
        with path.open("rb") as file:
            file.seek(self._at)
            data = self._rest + file.read(size - self._at)
        self._at = size
        *lines, self._rest = data.split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def _path(self) -> Path | None:
        paths = self._project.engine.logs(self._key)
        return paths[-1] if paths else None

    def _size(self) -> int:
        path = self._path()
        return path.stat().st_size if path else 0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode(errors="replace").splitlines()
    except OSError:
        return []


def _written(project: Project, environment: str) -> dict[str, Key]:
    """Logs outlive their services: names of all that ever wrote."""
    folder = project.home / "logs" / environment
    names = [name[: -len(".log")] for name in _names(folder) if name.endswith(".log")]
    return {name.removeprefix("job-"): _key(environment, name) for name in names}


def _key(environment: str, name: str) -> Key:
    job = name.removeprefix("job-")
    return f"{environment}/{name}" if job == name else f"{environment}/job/{job}"


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
