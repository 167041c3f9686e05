"""Changes of the schema that read or write large tables whole; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partywall.data.postgres.tracing import effects
from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.event import END, START
from partywall.data.postgres.tracing.modes import SHARE, Blocks, blocks, strength
from partywall.data.postgres.tracing.reading import fits, stated, verb
from partywall.data.postgres.tracing.relations import Relation, Tables
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.case import Case, about, is_large
from partywall.rehearsal.reasons import Kind, Reason

_NOT_NULL = (
    "ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE it in a transaction of its own,"
    " then SET NOT NULL, which finds nothing left to read"
)
_REMEDIES = (
    (r"\bSET\s+NOT\s+NULL\b", _NOT_NULL),
    (r"\bVALIDATE\b", "validate in a transaction of its own, after the one that adds"),
    (r"\b(?:FOREIGN\s+KEY|REFERENCES)\b",
     "add the foreign key NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own"),
    (r"\b(?:UNIQUE|PRIMARY\s+KEY)\b",
     "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX"),
    (r"\bEXCLUDE\b", "there is no way without reading the table: when nobody uses it"),
    (r"\bCHECK\b",
     "add the constraint NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own"),
)  # fmt: skip
_MOVED = (
    "add a new column, fill it in batches, and let the code change over to it;"
    " or do it when nobody uses the table"
)
_CONCURRENTLY = "CREATE INDEX CONCURRENTLY, outside of a transaction"


def changing(case: Case) -> Iterator[Reason]:
    """A reason for each command and large table."""
    for one in case.mine:
        if one.failure is None:
            yield from _rewrites(one, case.tables)
            yield from _indexes(one, case.tables)
            yield from _scans(one, case.tables)


def _rewrites(one: Command, tables: Tables) -> Iterator[Reason]:
    found = {table.oid: table for table in effects.rewritten(one, tables)}
    if verb(one.text) in {"VACUUM", "CLUSTER"}:
        for name, _ in stated(one.text):
            table = tables.named(name.schema, name.name)
            found |= {table.oid: table} if table else {}
    for table in found.values():
        if is_large(table):
            what = (
                f"every row of {table.called} ({_size(table)}) is written anew,"
                " while nobody can read or write it"
            )
            yield about(one, Kind.REWRITE, what, _instead(one), table.called)


def _instead(one: Command) -> str:
    if verb(one.text) in {"VACUUM", "CLUSTER"}:
        return "not in a migration: `pg_repack`, or when nobody uses the table"
    if re.search(r"\bADD\b", one.text, re.IGNORECASE) and "DEFAULT" in one.text.upper():
        return "add the column without that default, set the default after, and fill it in batches"
    return _MOVED


def _indexes(one: Command, tables: Tables) -> Iterator[Reason]:
    for table in _indexed(one, tables) if _builds(one) else ():
        if is_large(table):
            what = f"nobody can write {table.called} ({_size(table)}) while its index is built"
            yield about(one, Kind.INDEX, what, _CONCURRENTLY, table.called)


def _indexed(one: Command, tables: Tables) -> Iterator[Relation]:
    """The tables that cannot be written for it."""
    known = {lock.oid for told in one.events if told.event == START for lock in told.locks}
    read = effects.read(one, tables)
    for oid, mode in _modes(one).items():
        is_new = oid not in known or oid in read
        if oid in tables.by_oid and strength(mode) >= strength(SHARE) and is_new:
            yield tables.by_oid[oid]
    for name, _ in stated(one.text):
        table = tables.named(name.schema, name.name)
        if table is not None and table.oid not in _modes(one):
            yield table


def _builds(one: Command) -> bool:
    words = one.text.upper().split()
    if "CONCURRENTLY" in words[:8]:
        return False
    return fits(one.text, "CREATE INDEX") or verb(one.text) == "REINDEX"


def _scans(one: Command, tables: Tables) -> Iterator[Reason]:
    if _builds(one):
        return
    done = {table.oid for table in effects.rewritten(one, tables)}
    modes = _modes(one)
    for oid, rows in effects.read(one, tables).items():
        table = tables.by_oid[oid]
        who = blocks(modes.get(oid, ""))
        if oid not in done and who in {Blocks.WRITES, Blocks.ALL} and _whole(table, rows):
            yield about(one, Kind.SCAN, _scan(table, who), _remedy(one), table.called)


def _whole(table: Relation, rows: int) -> bool:
    return is_large(table) and rows >= t.READ_WHOLE * table.rows


def _scan(table: Relation, who: Blocks) -> str:
    return f"every row of {table.called} ({_size(table)}) is read, while {who} of it wait"


def _remedy(one: Command) -> str:
    for pattern, remedy in _REMEDIES:
        if re.search(pattern, one.text, re.IGNORECASE):
            return remedy
    return "do it in steps that each hold the lock for a moment"


def _modes(one: Command) -> dict[int, str]:
    """Table → the strongest lock that its session had there when it was done."""
    found: dict[int, str] = {}
    for told in one.events:
        if told.event != END:
            continue
        for lock in told.locks:
            if strength(lock.mode) > strength(found.get(lock.oid, "")):
                found[lock.oid] = lock.mode
    return found


def _size(table: Relation) -> str:
    return f"{table.rows:,} rows, {table.bytes / 1024 / 1024:,.0f} MiB"
