"""A schema made anew elsewhere, whatever it is called there, with or without its rows.

It is filled in one transaction, in which the keys come last: they fit, or nothing stays. Where
the target has something, it is filled beside that, and takes its place at once when it is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.schemas import foreseen, rows, scaffold, scratch
from partywall.data.postgres.schemas.loading import failing, run
from partywall.data.postgres.schemas.roles import EXTENSIONS
from partywall.data.postgres.schemas.scaffold import Scaffold
from partywall.data.postgres.schemas.script import Part, parts
from partywall.data.postgres.schemas.seat import Seat, dumped, entered
from partywall.interfaces import Reach

if TYPE_CHECKING:
    from psycopg import Connection

Tell = Callable[[str], None]
"""Hears what will not be as one might think, before anything is made."""
_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    tables: int
    rows: int | None
    """None: only the definition was copied."""
    kept: str = ""
    """What the target's former schema is called now."""


class _Definition(msgspec.Struct, frozen=True, kw_only=True):
    before: list[Part]
    """What comes before the rows."""
    after: list[Part]


def copy(
    reach: Reach, source: Seat, target: Seat, names: Scaffold, *, data: bool, tell: Tell
) -> Copied:
    """Make a schema as another is.

    Args:
        reach: the way to both servers.
        source: what is copied, seen at one moment; it is only read.
        target: where it goes.
        names: of what is put up on the way, and whether what the target has is kept.
        data: whether rows go, too.
        tell: hears what is not carried.

    Raises:
        Refused: when the target is not empty and not kept, or the source cannot be carried.
        MachineFailed: when it does not get through; the target is then as it was.
    """
    with scaffold.up(reach, target, names), entered(reach, source) as reading:
        reading.execute(_ONE_MOMENT)
        with entered(reach, target) as there:
            foreseen.check(reading, there, (source, target), names, data=data)
        for note in foreseen.notes(reading, source.schema, target.schema):
            tell(note)
        definition = _definition(reach, reading, source, target, names)
        place = scaffold.begin(reach, target, names)
        moved = _fill(reach, reading, (source, place), definition, names, data=data)
        scaffold.settle(reach, target, names)
        many = len(rows.tables(reading, source.schema))
        reading.rollback()
    return Copied(tables=many, rows=moved, kept=names.kept)


def _fill(
    reach: Reach,
    reading: Connection[Any],
    seats: tuple[Seat, Seat],
    definition: _Definition,
    names: Scaffold,
    *,
    data: bool,
) -> int | None:
    """All of it in one transaction, with the rights of the target's owner and no more."""
    source, place = seats
    schemas = (source.schema, place.schema)
    with (
        entered(reach, place) as writing,
        failing(f"{place.schema} on {place.server}"),
        writing.transaction(),
    ):
        writing.execute("SELECT set_config('application_name', %s, false)", [names.building])
        run(writing, definition.before)
        writing.execute(scaffold.about("SET LOCAL search_path = {}, {}", place.schema, EXTENSIONS))
        moved = rows.move(reading, writing, schemas) if data else None
        run(writing, definition.after)
        if data:
            rows.refresh(reading, writing, schemas)
        return moved


def _definition(
    reach: Reach, reading: Connection[Any], source: Seat, target: Seat, names: Scaffold
) -> _Definition:
    """As the target's own, under the name that it is filled under."""
    row = reading.execute("SELECT pg_export_snapshot()").fetchone()
    seen = f"--snapshot={row[0] if row else ''}"
    filled = names.building if names.kept else target.schema
    if (source.schema, source.owner.user) == (filled, target.owner.user):
        return _sections(reach, source, seen)
    text = dumped(reach, source, ["--schema-only", seen])
    place = scratch.make(reach, target, names.scratch)
    scratch.fill(reach, place, parts(text), "the definition")
    named = scratch.renamed(reach, place, source.schema, filled, former_owner=source.owner.user)
    return _sections(reach, named)


def _sections(reach: Reach, seat: Seat, *more: str) -> _Definition:
    words = ("--schema-only", *more)
    before, after = (
        list(parts(dumped(reach, seat, [*words, f"--section={section}"])))
        for section in ("pre-data", "post-data")
    )
    return _Definition(before=before, after=after)
