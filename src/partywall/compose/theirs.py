"""What environments have of their own below a folder that is built: no part of what is built.

One environment's app writes into its folder, one environment's password is renewed: that restarts
nobody else. Reading an environment shows its own paths alone; its name in them stands for the
names of the others.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path, PurePath

import msgspec

from partywall.model.app import Service


class Theirs(msgspec.Struct, frozen=True):
    """What is known when an environment is read."""

    environment: str = ""
    others: tuple[str, ...] = ()
    """All names of environments."""
    env_files: tuple[str, ...] = ()

    def of(self, services: Iterable[Service]) -> tuple[str, ...]:
        """The paths that this environment has of its own."""
        return tuple(dict.fromkeys((*self.env_files, *_paths(services))))


class LeftOut(Container[Path]):
    """The files and folders that do not count in the digest of one context."""

    def __init__(
        self, context: str, apart: Container[Path], own: Iterable[str], theirs: Theirs
    ) -> None:
        self._context, self._apart = PurePath(context), apart
        below = [inner for path in own if (inner := self._inner(PurePath(path)))]
        self._fits = re.compile("|".join(_expression(inner, theirs) for inner in below) or "(?!)")

    def __contains__(self, path: object) -> bool:
        """Whether it is left out by itself; nobody asks for what is in a folder that is."""
        if not isinstance(path, Path):
            return False
        return path in self._apart or self._fits.fullmatch(self._inner(path)) is not None

    def _inner(self, path: PurePath) -> str:
        """Its path below the context; empty for what is not strictly below."""
        inside = path != self._context and path.is_relative_to(self._context)
        return path.relative_to(self._context).as_posix() if inside else ""


def _paths(services: Iterable[Service]) -> Iterator[str]:
    for one in services:
        yield from (mount.source for mount in one.mounts if mount.kind == "bind")
        yield from (attached.file for attached in one.attachments if attached.file)


def _expression(inner: str, theirs: Theirs) -> str:
    names = {theirs.environment, *theirs.others} - {""}
    if not theirs.environment:
        return re.escape(inner)
    any_name = f"(?:{'|'.join(re.escape(name) for name in sorted(names))})"
    return any_name.join(re.escape(part) for part in inner.split(theirs.environment))
