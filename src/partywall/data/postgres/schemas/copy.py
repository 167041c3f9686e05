"""A schema made anew elsewhere, whatever it is called there, with or without its rows.

The definition goes through an empty database on the target's server: there it is loaded as it is,
its schema gets the name that it is to have, and what PostgreSQL then says of it has that name in
every place. All of the target is one transaction; the keys come last, and fit or nothing stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.schemas import rows, suspect
from partywall.data.postgres.schemas.roles import EXTENSIONS
from partywall.data.postgres.schemas.script import Part, parts
from partywall.data.postgres.schemas.seat import Seat, dumped, entered
from partywall.interfaces import Reach
from partywall.model.errors import MachineFailed, Refused

if TYPE_CHECKING:
    from psycopg import Connection

_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SCRATCH = "partywall_scratch"
_BODIES = """
SELECT p.proname, n FROM pg_proc p, unnest(%s::text[]) n
WHERE p.pronamespace = %s::regnamespace AND p.prosrc ~* ('\\m' || n || '"?\\.') ORDER BY 1, 2"""
_HELD = """
SELECT count(*) FROM (SELECT oid FROM pg_class WHERE relnamespace = %(ns)s::regnamespace
    UNION ALL SELECT oid FROM pg_proc WHERE pronamespace = %(ns)s::regnamespace
    UNION ALL SELECT oid FROM pg_type WHERE typnamespace = %(ns)s::regnamespace) o
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = o.oid AND e.deptype IN ('e', 'i'))"""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    tables: int
    rows: int | None
    """None: only the definition was copied."""
    warnings: tuple[str, ...] = ()
    kept: str = ""
    """What the target's former schema is called now."""


def copy(reach: Reach, source: Seat, target: Seat, *, data: bool) -> Copied:
    """Make a schema as another is; it must be empty.

    Args:
        reach: the way to both servers.
        source: what is copied, seen at one moment; it is only read.
        target: where it goes.
        data: whether rows go, too.

    Raises:
        Refused: when the target is not empty.
        MachineFailed: when it does not get through; the target is then as it was.
    """
    schemas = (source.schema, target.schema)
    with entered(reach, source) as reading, entered(reach, target) as writing:
        refuse_full(writing, target)
        reading.execute(_ONE_MOMENT)
        row = reading.execute("SELECT pg_export_snapshot()").fetchone()
        definition = _definition(reach, source, target, str(row[0] if row else ""))
        with failing(f"{target.schema} on {target.server}"), writing.transaction():
            run(writing, definition[0])
            moved = rows.move(reading, writing, schemas) if data else None
            run(writing, definition[1])
            if data:
                rows.refresh(reading, writing, schemas)
        many = len(rows.tables(reading, source.schema))
        said = warnings(reading, source.schema, target.schema)
        reading.rollback()
    return Copied(tables=many, rows=moved, warnings=said)


def refuse_full(connection: Connection[Any], seat: Seat) -> None:
    """See that nothing is in a schema.

    Raises:
        Refused: when something is.
    """
    row = connection.execute(_HELD.encode(), {"ns": f'"{seat.schema}"'}).fetchone()
    if row and row[0]:
        raise Refused(
            f"{seat.schema} on {seat.server} is not empty",
            remedy="add --aside: it is kept under another name, and the new one takes its place",
        )


def run(connection: Connection[Any], said: Iterable[Part]) -> None:
    """Run what a dump says, but for what makes the schema itself."""
    for part in said:
        if part.is_command or suspect.creates_schema(part):
            continue
        if part.rows is None:
            connection.execute(part.text.encode())
        else:
            with connection.cursor().copy(part.text.encode()) as place:
                place.write(part.rows)


@contextmanager
def scratch(reach: Reach, target: Seat) -> Iterator[Seat]:
    """An empty database of the target's owner, with the extensions that the target has."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    name = f"{_SCRATCH}_{target.schema}"[:63]
    gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with entered(reach, target, target.admin) as keeper:
        keeper.execute(gone)  # one that a killed command left
        keeper.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                sql.Identifier(name), sql.Identifier(target.owner.user)
            )
        )
        made = target.in_database(name)
        try:
            keeper.execute(
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
            )
            _extend(reach, keeper, made)
            yield made
        finally:
            keeper.execute(gone)


def _definition(
    reach: Reach, source: Seat, target: Seat, moment: str
) -> tuple[list[Part], list[Part]]:
    """What comes before the rows and what comes after, under the target's name."""
    seen = f"--snapshot={moment}"
    if source.schema == target.schema:
        return _sections(reach, source, seen)
    text = dumped(reach, source, ["--schema-only", seen])
    with scratch(reach, target) as place:
        with entered(reach, place) as connection, failing("the definition"):
            load(connection, parts(text))
            rename(connection, source.schema, target.schema)
        return _sections(reach, place)


def _sections(reach: Reach, seat: Seat, *more: str) -> tuple[list[Part], list[Part]]:
    words = ("--schema-only", *more)
    before, after = (
        list(parts(dumped(reach, seat, [*words, f"--section={section}"])))
        for section in ("pre-data", "post-data")
    )
    return before, after


def load(connection: Connection[Any], said: Iterable[Part]) -> None:
    """Load a dump into a scratch database, schema and all, in one transaction."""
    with connection.transaction():
        for part in said:
            if suspect.creates_schema(part) and "public" in part.text.lower().split()[-1]:
                continue
            if suspect.creates_schema(part):
                connection.execute(part.text.encode())
            else:
                run(connection, [part])


def rename(connection: Connection[Any], old: str, new: str) -> None:
    """Give a schema of a scratch database the name that it is to have."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    if new == "public":
        connection.execute("DROP SCHEMA public")
    connection.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    )


def _extend(reach: Reach, keeper: Connection[Any], made: Seat) -> None:
    """The same extensions, in schemas of the same names."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    found = keeper.execute(
        "SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n"
        " ON n.oid = e.extnamespace WHERE n.nspname <> 'pg_catalog'"
    ).fetchall()
    with entered(reach, made, made.admin) as connection:
        for name, schema in found:
            names = sql.Identifier(name), sql.Identifier(schema)
            for text in ("CREATE SCHEMA IF NOT EXISTS {1}", "CREATE EXTENSION {0} SCHEMA {1}"):
                connection.execute(sql.SQL(text).format(*names))
            if schema == EXTENSIONS:
                connection.execute(f"GRANT USAGE ON SCHEMA {EXTENSIONS} TO PUBLIC")


def warnings(connection: Connection[Any], old: str, new: str) -> tuple[str, ...]:
    """Functions that name a schema: their bodies are texts, and stay as they are."""
    if old == new:
        return ()
    names: Sequence[str] = sorted({"public", old})
    found = connection.execute(_BODIES.encode(), [list(names), f'"{old}"'])
    return tuple(
        f"the function {name} says `{schema}.` in its body, and still does in {new}"
        for name, schema in found
    )


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Turn the server's refusal into an error that says what could not be made."""
    from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

    try:
        yield
    except Error as error:
        raise MachineFailed(
            f"{what} could not be made: {str(error).splitlines()[0]}",
            remedy="nothing of it stays; mend what it says and run it again",
        ) from error
