"""Snapshots and open copies of them, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from partywall.cli.render.amounts import duration, memory, stopwatch
from partywall.cli.render.columns import clean, table
from partywall.cli.render.style import Style
from partywall.workflows.snapshots.ladder import COSTS, Way
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.source import Source
from partywall.workflows.snapshots.store import Clone, Snapshot


def planned_text(found: Source, way: Way, files: Mapping[str, int]) -> str:
    """What `take` would do."""
    server, facts = found.home.database.server, found.facts
    what = f"{server} ({memory(facts.bytes)}, PostgreSQL {facts.version})"
    return _lines(
        f"would copy {what} by {way.method}: {COSTS[way.method]}", *_worse(way.why), *_files(files)
    )


def taken_text(made: Snapshot, style: Style) -> str:
    """What has been taken."""
    head = f"{style.paint(style.symbol('good'), 'green')} {made.id}"
    how = f"{memory(made.bytes)} by {made.method} in {stopwatch(made.seconds)}"
    return _lines(
        f"{head}  {made.environment}/{made.service}  {how}",
        f"  a server on the copy opened {', '.join(made.verified)}",
        *(f"  {one}" for one in made.notes),
        *_files(made.files),
        *_worse(made.why),
    )


def list_text(found: Sequence[Snapshot], opened: Sequence[Clone], now: float) -> str:
    """What there is."""
    if not found and not opened:
        return "there are no snapshots"
    rows = [_row(one, now) for one in found]
    return _lines(*table(rows, right=frozenset({2})), *(_open(one, now) for one in opened))


def _row(one: Snapshot, now: float) -> tuple[str, ...]:
    age = f"{duration(now - one.made)} old"
    home = f"{one.environment}/{one.service}"
    return (one.id, home, memory(one.bytes), one.method, age, clean(one.label))


def _open(one: Clone, now: float) -> str:
    left = duration(max(0.0, one.until - now))
    where = f"{one.host}:{one.port}" if one.host else "being made"
    word = "waits" if one.waiting else "open"
    return f"{word}: {one.name}  of {one.snapshot.id}  {where}  for {left} more"


def snapshot_text(one: Snapshot, own: int, now: float) -> str:
    """All that is known of a snapshot."""
    return _lines(
        f"{one.id}  {clean(one.label)}".rstrip(),
        f"  of        {one.server}, database {one.database}, PostgreSQL {one.postgres}",
        f"  age       {duration(now - one.made)}",
        f"  made      by {one.method} in {stopwatch(one.seconds)}",
        *_worse(one.why),
        f"  size      {memory(one.bytes)}; on the disk {memory(own)}, what it shares included",
        f"  verified  a server on it opened {', '.join(one.verified)}",
        *(f"  note      {said}" for said in one.notes),
        *(f"  files     {clean(name)}, {memory(size)}" for name, size in one.files.items()),
    )


def clone_text(opened: Opened, ttl: str, unbounded: str, *, reveal: bool) -> str:
    """Where an open copy is."""
    one, of = opened.clone, opened.clone.snapshot
    secret = f"password {opened.password.reveal()}" if reveal else "`--reveal` shows the password"
    return _lines(
        f"{one.name}  {one.host}:{one.port}  database {of.database}, user {of.owner}; {secret}",
        "  `partywall snapshot exec psql` enters it",
        *(f"  files of {clean(name)}: {path}" for name, path in opened.files.items()),
        f"  it is closed in {ttl}, or by `partywall snapshot close`",
        f"  {unbounded}".rstrip(),
    )


def _files(files: Mapping[str, int]) -> list[str]:
    return [f"  and the files of {clean(name)} ({memory(size)})" for name, size in files.items()]


def _worse(why: Sequence[str]) -> list[str]:
    return [f"  not in a better way: {one}" for one in why]


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def snapshot_document(one: Snapshot) -> dict[str, Any]:
    """A snapshot for scripts."""
    return {
        "id": one.id,
        "environment": one.environment,
        "service": one.service,
        "database": one.database,
        "label": one.label,
        "method": one.method,
        "why": list(one.why),
        "made": one.made,
        "seconds": one.seconds,
        "bytes": one.bytes,
        "postgres": one.postgres,
        "verified": list(one.verified),
        "notes": list(one.notes),
        "files": dict(one.files),
    }


def clone_document(
    one: Clone, opened: Opened | None = None, *, reveal: bool = False
) -> dict[str, Any]:
    """An open copy for scripts; the password only when it is asked for."""
    known: dict[str, Any] = {
        "clone": one.name,
        "snapshot": one.snapshot.id,
        "host": one.host,
        "port": one.port,
        "user": one.snapshot.owner,
        "database": one.snapshot.database,
        "until": one.until,
        "waiting": one.waiting,
    }
    if opened:
        known["files"] = {name: str(path) for name, path in opened.files.items()}
    return {**known, "environment": opened.environment()} if opened and reveal else known
