"""A change of the schema, made in development while production's is looked at before and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas.catalogue import items
from partywall.data.postgres.schemas.item import Item
from partywall.data.postgres.snapshots.server import come_in
from partywall.model.errors import PartywallError
from partywall.proof.matrix.figures import Migration
from partywall.workflows.project import Project
from partywall.workflows.schema import place
from partywall.workflows.schema.sides.environment import EnvironmentSide
from partywall.workflows.snapshots import keeping, opening, take

if TYPE_CHECKING:
    from psycopg import Connection

_NAME = "partywall_matrix"
_LIFETIME = 600.0
_SECONDS = 60.0
"""How long a copy stays, and how long it may take to let its owner in."""
_TABLES = """SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = %s AND tableowner = current_user ORDER BY tablename LIMIT 1"""


def not_tried(why: str) -> Migration:
    """There is nowhere to try it."""
    return Migration(tried=False, why=why)


def tables(project: Project, environment: str) -> tuple[Item, ...]:
    """What an environment's schema is at present.

    Raises:
        PartywallError: when it has no PostgreSQL, or does not let its owner in.
    """
    home = place.find(project, environment)
    with place.entered(project, home) as connection:
        return items(connection, EnvironmentSide(project, home).whose.compared(connection, ()))


def on_copy(project: Project, environment: str) -> Migration:
    """The same on a copy that is taken for it, while the environment's own is looked at."""
    try:
        before = tables(project, environment)
        asked = take.Wanted(environment=environment, ready=_LIFETIME, held=True)
        store, made = take.take(project, asked, lambda _said: None)
        try:
            with (
                opening.while_open(project, store, made, _LIFETIME) as opened,
                come_in(opened.door, opened.owner, seconds=_SECONDS) as connection,
                _migrated(connection, made.schema),
            ):
                trouble = ""
        finally:
            keeping.drop_own(project, made)
        return compared(before, tables(project, environment), trouble)
    except PartywallError as error:
        return not_tried(error.what)


def tried(project: Project, environment: str) -> str:
    """Make a table and alter one of the app's, see that it was done, and take it back.

    Returns:
        Why it did not work; empty when it did.
    """
    try:
        home = place.find(project, environment)
        before = tables(project, environment)
        with place.entered(project, home) as connection, _migrated(connection, home.schema):
            if tables(project, environment) == before:
                return "the change did not show"
        after = tables(project, environment)
    except PartywallError as error:
        return error.what
    except Exception as error:
        from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

        if not isinstance(error, Error):
            raise
        return str(error).strip().splitlines()[0]
    return "" if after == before else "the change could not be taken back"


@contextmanager
def _migrated(connection: Connection[Any], schema: str) -> Iterator[None]:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    name = sql.Identifier(schema, _NAME)
    row = connection.execute(_TABLES, [schema]).fetchone()
    known = sql.SQL("{}.{}").format(sql.Identifier(schema), sql.SQL(row[0])) if row else None
    column = sql.Identifier(_NAME)
    connection.execute(sql.SQL("CREATE TABLE {} (id bigint PRIMARY KEY)").format(name))
    try:
        if known is not None:
            add = sql.SQL("ALTER TABLE {} ADD COLUMN {} integer").format(known, column)
            connection.execute(add)
        yield
    finally:
        if known is not None:
            gone = sql.SQL("ALTER TABLE {} DROP COLUMN IF EXISTS {}").format(known, column)
            connection.execute(gone)
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))


def compared(before: tuple[Item, ...], after: tuple[Item, ...], trouble: str) -> Migration:
    """What came of it; pure.

    Args:
        before: production's schema before.
        after: and after it.
        trouble: why the change in development did not work; empty when it did.
    """
    return Migration(
        tried=True, worked=not trouble, production_changed=before != after, why=trouble
    )
