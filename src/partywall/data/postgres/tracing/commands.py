"""Statements taken apart into the commands that they hold, each with its time; pure.

Many tools send a whole file as one statement. What begins and ends changes of the schema is in the
log; commands between two of them that are no such changes stay together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from partywall.data.postgres.tracing.event import END, START, Event
from partywall.data.postgres.tracing.executed import Executed, Failure, Wait
from partywall.data.postgres.tracing.reading import fits, split


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command, or several that cannot be told apart."""

    number: int
    """From 1, in the order in which they began."""
    session: str
    pid: int
    application: str
    session_start: float
    transaction: str
    text: str
    started: float
    seconds: float
    ended: bool
    failure: Failure | None = None
    events: tuple[Event, ...] = ()
    waits: tuple[Wait, ...] = ()
    parts: int = 1
    """Of how many commands the statement was."""

    @property
    def until(self) -> float:
        """When it was over."""
        return self.started + self.seconds

    @property
    def waited(self) -> float:
        """Seconds that it stood still for others."""
        return sum(wait.seconds for wait in self.waits)


class _Part(msgspec.Struct, kw_only=True):
    text: str
    transaction: str
    started: float
    until: float = 0.0
    events: list[Event] = []
    is_change: bool = False
    done: bool = True


def commands(executed: Iterable[Executed]) -> tuple[Command, ...]:
    """All commands of all sessions."""
    found: list[Command] = []
    for one in executed:
        found += _apart(one, len(found))
    return tuple(found)


def _apart(one: Executed, before: int) -> Iterator[Command]:
    texts = list(split(one.text)) or [one.text.strip()]
    whole = _Part(text=texts[0], transaction=one.transaction, started=one.started)
    whole.events = [told for _, told in one.events]
    parts = [whole] if len(texts) == 1 else _parts(one, texts)
    parts[-1].until = one.until
    failed = _failed(one, parts)
    for number, part in enumerate(parts[: failed + 1], before + 1):
        is_last = number - before - 1 == failed
        yield Command(
            number=number, session=one.session, pid=one.pid, application=one.application,
            session_start=one.session_start, transaction=part.transaction, text=part.text,
            started=part.started, seconds=max(0.0, (part.until or one.until) - part.started),
            ended=one.ended or not is_last, failure=one.failure if is_last else None,
            events=tuple(part.events), waits=tuple(one.waits) if is_last else (),
            parts=len(texts),
        )  # fmt: skip


def _failed(one: Executed, parts: list[_Part]) -> int:
    """Which part was the last that ran: the one that a failure belongs to."""
    if one.failure is None and one.ended:
        return len(parts) - 1
    for index, part in enumerate(parts):
        if part.is_change and not part.done:
            return index
    return len(parts) - 1


def _parts(one: Executed, texts: list[str]) -> list[_Part]:
    """By the changes of the schema among them, in their order; others fill what is between."""
    parts: list[_Part] = []
    waiting = list(texts)
    transaction, at = one.transaction, one.started
    for transaction, told in one.events:
        index = _index(waiting, told) if told.event == START else None
        if index is not None:
            parts += _joined(waiting[:index], transaction, at)
            parts.append(_change(waiting[index], transaction, told))
            waiting = waiting[index + 1 :]
        elif parts:
            parts[-1].events.append(told)
        if told.event == END and parts:
            parts[-1].until = at = told.at
            parts[-1].done = True
    parts += _joined(_reached(one, parts, waiting), transaction, at)
    _close(parts, one.until)
    return parts or [_Part(text="; ".join(texts), transaction=one.transaction, started=one.started)]


def _reached(one: Executed, parts: list[_Part], waiting: list[str]) -> list[str]:
    """What is left of a statement ran only when no change before it failed."""
    broke = one.failure is not None and any(part.is_change and not part.done for part in parts)
    if broke or one.failure is None or one.failure.position is None:
        return [] if broke else waiting
    for index, text in enumerate(waiting):
        begins = one.text.find(text)
        if begins < one.failure.position <= begins + len(text):
            return waiting[: index + 1]
    return waiting


def _index(waiting: list[str], told: Event) -> int | None:
    return next((n for n, text in enumerate(waiting) if fits(text, told.tag)), None)


def _change(text: str, transaction: str, told: Event) -> _Part:
    return _Part(
        text=text, transaction=transaction, started=told.at, events=[told],
        is_change=True, done=False,
    )  # fmt: skip


def _joined(texts: list[str], transaction: str, at: float) -> list[_Part]:
    return [_Part(text="; ".join(texts), transaction=transaction, started=at)] if texts else []


def _close(parts: list[_Part], until: float) -> None:
    for part, after in pairwise(parts):
        part.until = part.until or after.started
    if parts:
        parts[-1].until = until
