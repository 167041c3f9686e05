"""Makes the app's database in a server on a copy an empty one, as it would be at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.snapshots.server import Login, come_in
from partywall.interfaces import Door
from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

_SECONDS = 30.0
_FORMER = "partywall_former"
_SETTINGS = """UPDATE pg_db_role_setting SET setdatabase = (
    SELECT oid FROM pg_database WHERE datname = %s
) WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = %s)"""
"""What roles are told in this database they are told in the new one, too."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to be."""

    database: str
    owner: str
    schema: str = ""
    """A schema of the app's own; empty: the database is."""
    extensions: tuple[str, ...] = ()


def blank(door: Door, admin: Login, wanted: Wanted) -> None:
    """Put an empty database in the place of the one that is there.

    Args:
        door: where the server on the copy listens.
        admin: who may do everything there; its database is another one than the app's.
        wanted: what there is to be.

    Raises:
        MachineFailed: when the server refuses.
    """
    from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

    inside = msgspec.structs.replace(admin, database=wanted.database)
    try:
        with come_in(door, admin, seconds=_SECONDS) as connection:
            _replace(connection, wanted)
        with come_in(door, inside, seconds=_SECONDS) as connection:
            _furnish(connection, wanted)
    except Error as error:
        says = str(error).strip().splitlines()[0]
        raise MachineFailed(f"the copy's database cannot be made empty: {says}") from error


def _replace(connection: Connection[Any], wanted: Wanted) -> None:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    name, owner, former = map(sql.Identifier, (wanted.database, wanted.owner, _FORMER))
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, former))
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    connection.execute(_SETTINGS, [wanted.database, _FORMER])
    connection.execute(sql.SQL("DROP DATABASE {}").format(former))


def _furnish(connection: Connection[Any], wanted: Wanted) -> None:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    if wanted.schema:
        made = sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}")
        names = map(sql.Identifier, (wanted.schema, wanted.owner))
        connection.execute(made.format(*names))
    for one in wanted.extensions:
        made = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE")
        connection.execute(made.format(sql.Identifier(one)))
