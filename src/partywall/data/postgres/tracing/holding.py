"""Which command took which lock on which table, and until when it was held; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.event import START, Event
from partywall.data.postgres.tracing.modes import ACCESS_EXCLUSIVE, strength
from partywall.data.postgres.tracing.reading import changes_nothing, stated
from partywall.data.postgres.tracing.relations import Relation, Tables
from partywall.data.postgres.tracing.sampler import Held

Key = tuple[str, str]
"""A session and one of its transactions."""
_ROWS = strength("RowExclusiveLock")
"""Who writes rows takes no stronger one."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A lock on a table that was there before."""

    command: int
    transaction: str
    """Of which session, and which one of it."""
    table: Relation
    mode: str
    since: float
    until: float

    @property
    def seconds(self) -> float:
        """How long it was held."""
        return max(0.0, self.until - self.since)


def taken(
    commands: Sequence[Command], tables: Tables, held: Sequence[Held], gone: Mapping[str, float]
) -> tuple[Taken, ...]:
    """Every lock with the first command that needed it.

    Args:
        commands: of the sessions that are looked at.
        tables: those that were there before; locks on others keep nobody waiting.
        held: what was seen from outside.
        gone: when sessions ended.
    """
    ends = _ends(commands, gone)
    found: dict[tuple[Key, int, str], Taken] = {}
    for one, mode, table in _first(commands, tables, held):
        key = _key(one)
        if table is not None and (key, table.oid, mode) not in found:
            found[key, table.oid, mode] = Taken(
                command=one.number, transaction="/".join(key), table=table, mode=mode,
                since=one.started + one.waited, until=ends[key],
            )  # fmt: skip
    return tuple(found.values())


def _key(one: Command) -> Key:
    """A command outside of any is a transaction of its own."""
    return one.session, one.transaction or f"#{one.number}"


def _ends(commands: Sequence[Command], gone: Mapping[str, float]) -> dict[Key, float]:
    """When each transaction was over: with its last command, or with its session."""
    ends: dict[Key, float] = {}
    last: dict[str, Command] = {}
    for one in commands:
        ends[_key(one)] = max(ends.get(_key(one), 0.0), one.until)
        last[one.session] = one
    for session, one in last.items():
        if one.transaction and not one.failure and _is_open(one):
            ends[_key(one)] = max(ends[_key(one)], gone.get(session, 0.0))
    return ends


def _is_open(one: Command) -> bool:
    """Whether a transaction was left open by who went away."""
    words = one.text.split(None, 1)
    return not words or words[0].upper().rstrip(";") not in {"COMMIT", "END", "ROLLBACK", "ABORT"}


def _first(
    commands: Sequence[Command], tables: Tables, held: Sequence[Held]
) -> Iterator[tuple[Command, str, Relation | None]]:
    """Each lock with a command; what sessions said themselves comes before what was seen."""
    before: dict[Key, Command] = {}
    seen = _seen(commands, held)
    for one in commands:
        for name, mode in stated(one.text):
            yield one, mode, tables.named(name.schema, name.name)
        for told in one.events:
            owner = before.get(_key(one), one) if told.event == START else one
            yield from ((owner, mode, table) for mode, table in _locks(told, tables))
        before[_key(one)] = one
    for one in commands:
        for lock in seen.get(one.number, ()):
            yield one, lock.mode, _table(tables, lock.oid, lock.mode)


def _seen(commands: Sequence[Command], held: Iterable[Held]) -> dict[int, list[Held]]:
    """Command → the locks that were seen of it from outside."""
    found: dict[int, list[Held]] = {}
    for lock in held:
        owner = _owner(commands, lock) if lock.granted and strength(lock.mode) > _ROWS else None
        if owner is not None:
            found.setdefault(owner.number, []).append(lock)
    return found


def _owner(commands: Sequence[Command], lock: Held) -> Command | None:
    """Who took it between two looks: the first that does more than read."""
    able = [
        one
        for one in commands
        if one.pid == lock.pid and one.started <= lock.first and one.until >= lock.before
    ]
    doing = [one for one in able if not changes_nothing(one.text)]
    return next(iter((*doing, *reversed(able))), None)


def _locks(told: Event, tables: Tables) -> Iterator[tuple[str, Relation | None]]:
    for lock in told.locks:
        yield lock.mode, _table(tables, lock.oid, lock.mode)


def _table(tables: Tables, oid: int, mode: str) -> Relation | None:
    """That of the lock; an index that nobody may use stops only who would read by it."""
    if oid in tables.parts and mode != ACCESS_EXCLUSIVE:
        return None
    return tables.by_oid.get(oid)
