"""An empty database in which a definition is given the name that it shall have.

There it is loaded as it is, its schema is renamed, and what PostgreSQL then says of it has that
name in every place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas.loading import failing, load
from partywall.data.postgres.schemas.roles import EXTENSIONS
from partywall.data.postgres.schemas.scaffold import about, rename
from partywall.data.postgres.schemas.script import Part
from partywall.data.postgres.schemas.seat import Seat, entered, ruled
from partywall.interfaces import Reach

if TYPE_CHECKING:
    from psycopg import Connection

_FORMER = "partywall_former"
_BROUGHT = """
SELECT e.extname::text, n.nspname::text FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname <> 'pg_catalog' ORDER BY e.oid"""
_THERE = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
_POLICIES = """
SELECT format('ALTER POLICY %%I ON %%s TO %%s', p.polname, p.polrelid::regclass,
    (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' WHEN pg_get_userbyid(r) = %(old)s
        THEN quote_ident(%(new)s) ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) r))
FROM pg_policy p WHERE %(old)s = ANY (SELECT pg_get_userbyid(r) FROM unnest(p.polroles) r)"""


def make(reach: Reach, target: Seat, name: str) -> Seat:
    """Make it, the target's owner's, with the extensions that the target has.

    Raises:
        MachineFailed: when the server does not make it.
    """
    with ruled(reach, target) as keeper, failing(f"the database {name}"):
        keeper.execute(
            about("CREATE DATABASE {} OWNER {} TEMPLATE template0", name, target.owner.user)
        )
        keeper.execute(about("REVOKE ALL ON DATABASE {} FROM PUBLIC", name))
        brought = keeper.execute(_BROUGHT).fetchall()
    made = target.in_database(name)
    with ruled(reach, made) as keeper, failing("the extensions"):
        for extension, schema in brought:
            keeper.execute(about("CREATE SCHEMA IF NOT EXISTS {}", schema))
            keeper.execute(about("CREATE EXTENSION {} SCHEMA {} CASCADE", extension, schema))
            if schema == EXTENSIONS:
                keeper.execute(f"GRANT USAGE ON SCHEMA {EXTENSIONS} TO PUBLIC")
    return made


def fill(reach: Reach, place: Seat, said: Iterable[Part], what: str) -> None:
    """Load a dump, with no more rights than the target's owner has.

    Raises:
        MachineFailed: when the server refuses what it says.
    """
    with entered(reach, place) as connection, failing(what):
        load(connection, said)


def renamed(reach: Reach, place: Seat, old: str, new: str, *, former_owner: str = "") -> Seat:
    """Give a schema the name that it shall have; extensions stay where they are.

    Args:
        reach: the way there.
        place: the scratch database.
        old: what the schema is called.
        new: what it shall be called; who has that name goes.
        former_owner: whom its policies call what the target's owner is.

    Raises:
        MachineFailed: when the server does not do it.
    """
    with ruled(reach, place) as keeper, failing("the definition"), keeper.transaction():
        before = keeper.execute(_BROUGHT).fetchall()
        if old != new:
            _take_name(keeper, old, new)
            _bring_back(keeper, before)
            keeper.execute(about("DROP SCHEMA IF EXISTS {}", _FORMER))
        names = {"old": former_owner, "new": place.owner.user}
        for (statement,) in keeper.execute(_POLICIES.encode(), names).fetchall():
            keeper.execute(statement)
    return place.in_database(place.database, new)


def _take_name(keeper: Connection[Any], old: str, new: str) -> None:
    if keeper.execute(_THERE, [new]).fetchone():
        rename(keeper, new, _FORMER)
    rename(keeper, old, new)


def _bring_back(keeper: Connection[Any], before: Iterable[tuple[str, str]]) -> None:
    now = dict(keeper.execute(_BROUGHT).fetchall())
    for extension, schema in before:
        if now[extension] != schema:
            keeper.execute(about("CREATE SCHEMA IF NOT EXISTS {}", schema))
            keeper.execute(about("ALTER EXTENSION {} SET SCHEMA {}", extension, schema))
