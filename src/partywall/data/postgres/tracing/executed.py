"""The statements of every session, put together from the lines of the log; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from partywall.data.postgres.tracing.entries import Entry
from partywall.data.postgres.tracing.event import Event, event

_BEGUN = re.compile(r"(?:statement|execute [^:]*): (.*)", re.DOTALL)
_LASTED = re.compile(
    r"duration: ([\d.]+) ms(?:  (parse|bind|execute|statement)[^:]*: (.*))?", re.DOTALL
)
_WAITS = re.compile(
    r"process \d+ (still waiting for|acquired|detected deadlock while waiting for) (\w+)"
    r" on (?:(?:relation|extension of relation|tuple .* of relation) (\d+)|.*?)"
    r"(?: of database \d+)? after ([\d.]+) ms", re.DOTALL
)  # fmt: skip
_HOLDERS = re.compile(r"Process(?:es)? holding the lock: ([\d, ]+)")
_ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})
_BETWEEN = 0.0005
"""Half of what the log's times are rounded to."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said against a statement."""

    code: str
    message: str
    detail: str = ""
    hint: str = ""
    context: str = ""
    position: int | None = None


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """A lock that was waited for, longer than deadlocks are looked for."""

    mode: str
    oid: int
    """The table; 0: a row, that is the end of another transaction."""
    seconds: float
    holders: tuple[int, ...] = ()
    """Sessions that had it."""


class Executed(msgspec.Struct, kw_only=True):
    """A statement as a session sent it; it may hold several commands."""

    session: str
    pid: int
    application: str
    session_start: float
    transaction: str
    text: str
    started: float
    seconds: float = 0.0
    ended: bool = False
    failure: Failure | None = None
    events: list[tuple[str, Event]] = []
    """With the transaction that each was in."""
    waits: list[Wait] = []

    @property
    def until(self) -> float:
        """When it was over."""
        return self.started + self.seconds


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """What all of them did."""

    executed: tuple[Executed, ...]
    ends: dict[str, float]
    """When each session went, where it did."""


class _Session:
    """One session, line by line."""

    def __init__(self) -> None:
        self.open: Executed | None = None
        self.before = 0.0
        """Seconds that parsing and binding took, of what is executed next."""
        self.waits: list[Wait] = []
        """Of that, too: tables are locked when a statement is parsed."""
        self.done: list[Executed] = []

    def take(self, entry: Entry) -> None:
        if entry.severity in _ERRORS:
            self._fail(entry)
        elif entry.severity == "LOG":
            self._log(entry)

    def _log(self, entry: Entry) -> None:
        told = event(entry.message)
        if told is not None:
            if self.open is not None:
                self.open.events.append((entry.transaction, told))
        elif begun := _BEGUN.fullmatch(entry.message):
            self._begin(entry, begun[1], entry.at - self.before)
        elif lasted := _LASTED.fullmatch(entry.message):
            self._lasted(entry, float(lasted[1]) / 1000, lasted[2] or "", lasted[3] or "")
        elif waits := _WAITS.match(entry.message):
            self._wait(entry, waits)

    def _begin(self, entry: Entry, text: str, at: float) -> None:
        if self.open is not None:  # a cursor of which not all was fetched
            self._end(at)
        self.open = Executed(
            session=entry.session, pid=entry.pid, application=entry.application,
            session_start=entry.session_start, transaction=entry.transaction, text=text,
            started=at, seconds=self.before, waits=self.waits,
        )  # fmt: skip
        self.before, self.waits = 0.0, []

    def _lasted(self, entry: Entry, seconds: float, phase: str, text: str) -> None:
        if phase in {"parse", "bind"}:
            self.before += seconds
            return
        if phase:
            self._begin(entry, text, entry.at - seconds)
        if self.open is not None:
            self.open.seconds += seconds
            self._close()

    def _fail(self, entry: Entry) -> None:
        if self.open is None:
            if not entry.query:
                return
            self._begin(entry, entry.query, entry.at)
        if self.open is not None:
            self.open.failure = Failure(
                code=entry.code, message=entry.message, detail=entry.detail, hint=entry.hint,
                context=entry.context, position=entry.position,
            )  # fmt: skip
            self._end(entry.at)

    def _wait(self, entry: Entry, found: re.Match[str]) -> None:
        holders = _HOLDERS.search(entry.detail)
        pids = tuple(int(pid) for pid in holders[1].split(",")) if holders else ()
        oid, seconds = int(found[3] or 0), float(found[4]) / 1000
        waits = self.waits if self.open is None else self.open.waits
        last = waits[-1] if waits else None
        if last is not None and (last.mode, last.oid) == (found[2], oid):
            waits.pop()
            pids = last.holders or pids
        waits.append(Wait(mode=found[2], oid=oid, seconds=seconds, holders=pids))

    def _end(self, at: float) -> None:
        if self.open is not None:
            self.open.seconds = max(self.open.seconds, at - self.open.started)
            self._close()

    def _close(self) -> None:
        if self.open is not None:
            self.open.ended = True
            self.done.append(self.open)
        self.open = None
        self.before, self.waits = 0.0, []

    def all(self, at: float) -> list[Executed]:
        """Everything, and what still ran at the last moment of the log."""
        if self.open is not None:
            self.open.seconds = max(0.0, at - self.open.started)
            return [*self.done, self.open]
        return self.done


def sessions(lines: Iterable[Entry]) -> Sessions:
    """What was executed, in the order in which it began."""
    known: dict[str, _Session] = {}
    ends: dict[str, float] = {}
    last = 0.0
    for entry in lines:
        last = max(last, entry.at)
        if entry.message.startswith("disconnection: "):
            ends[entry.session] = entry.at
        known.setdefault(entry.session, _Session()).take(entry)
    every = [one for session in known.values() for one in session.all(last)]
    return Sessions(executed=tuple(sorted(every, key=lambda one: one.started)), ends=ends)
