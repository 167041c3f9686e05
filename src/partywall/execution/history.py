"""Reads journals: the last run, the one that did not end, and where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from partywall.execution.journal import VERSION, folder_of
from partywall.execution.newer import refuse_newer
from partywall.execution.owner import Owner
from partywall.model.errors import MachineFailed, Place
from partywall.model.world import Key, World
from partywall.system.decoding import decode
from partywall.system.files import read_bytes

T = TypeVar("T")
_OVER = frozenset({"done", "undone"})


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line after the head."""

    event: str
    at: float
    key: Key = ""
    action: str = ""
    why: str = ""
    says: str = ""
    outcome: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line."""

    event: str
    at: float
    version: int
    run: str
    owner: Owner
    verb: str = ""
    scope: str | None = None
    world: World = World()
    """The world that the run started from."""
    goal: dict[str, Any] = {}
    """What the verb was asked for, in its own words."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A whole journal."""

    path: str
    head: Head
    events: tuple[Event, ...] = ()

    @property
    def outcome(self) -> str | None:
        """How it was closed, or None when it was not."""
        return next((e.outcome for e in self.events if e.event == "close"), None)

    def keys(self, event: str) -> tuple[Key, ...]:
        """The keys of all lines of one kind (`begin`, `end`, `fail`), in order."""
        return tuple(e.key for e in self.events if e.event == event)

    @property
    def crash_point(self) -> tuple[Event, ...]:
        """Steps that were begun and of which nobody knows how they ended."""
        settled = {*self.keys("end"), *self.keys("fail")}
        return tuple(e for e in self.events if e.event == "begin" and e.key not in settled)

    @property
    def unfinished(self) -> bool:
        """Whether there is something to go on with; closed before its first step, there is not."""
        if self.outcome is None:
            return True
        return bool(self.crash_point) or (self.outcome not in _OVER and bool(self.keys("begin")))


def last(home: Path) -> Run | None:
    """The latest run, or None when there was none."""
    return next(_runs(home), None)


def unfinished(home: Path) -> Run | None:
    """The latest run to go on with, unless a later one of the same scope or of all got through."""
    covered: set[str | None] = set()
    for run in _runs(home):
        if covered & {run.head.scope, None}:
            continue
        if run.unfinished:
            return run
        if run.outcome in _OVER:
            covered.add(run.head.scope)
    return None


def _runs(home: Path) -> Iterator[Run]:
    """Newest first; a run that died before its head was on disk did nothing and does not count."""
    for path in sorted(folder_of(home).glob("*.jsonl"), reverse=True):
        if run := read(path):
            yield run


def read(path: Path) -> Run | None:
    """One journal, or None when it holds no whole line yet.

    A last line without its end is what a crash leaves; it is passed over.

    Raises:
        MachineFailed: when a whole line is damaged.
        Refused: when a newer Partywall wrote it.
    """
    lines = (read_bytes(path) or b"").split(b"\n")[:-1]
    if not lines:
        return None
    refuse_newer(lines[0], VERSION, path)
    head = _decode(lines[0], Head, path, 1)
    events = (_decode(line, Event, path, n) for n, line in enumerate(lines[1:], start=2))
    return Run(path=str(path), head=head, events=tuple(events))


def _decode(line: bytes, kind: type[T], path: Path, number: int) -> T:
    try:
        return decode(line, kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineFailed(
            f"this journal is damaged: {str(error)[:1].lower()}{str(error)[1:]}",
            where=Place(str(path), number),
            remedy="move it away; `partywall up` then looks at what is there and goes on from that",
        ) from error
