"""What a copy puts up on its way, under names that are known before it begins; taken down again.

A command can be killed between any two statements. All that it may leave bears one of these names,
so that whoever comes next can take it down; the target is whole at every moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.schemas.loading import failing
from partywall.data.postgres.schemas.seat import Seat, ruled
from partywall.interfaces import Reach
from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

_ROOM = 40
"""Of the 63 bytes of a name, what is left for that of the schema."""
_ORPHANS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
_LOOSE = """
SELECT e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname = %s AND e.extrelocatable"""
_GRANTS = """
SELECT format('GRANT %%s ON SCHEMA %%I TO %%s', a.privilege_type, %s::text,
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = %s AND a.grantee <> n.nspowner"""
_READERS = "SELECT to_regprocedure('extensions.partywall_grant()')"


class Scaffold(msgspec.Struct, frozen=True, kw_only=True):
    """The names of what stands while a copy is made."""

    scratch: str
    """A database, in which a definition is given the name that it shall have."""
    building: str
    """The schema that is filled, and takes the target's place when it is whole.

    It is also what the session that fills it is called.
    """
    kept: str = ""
    """What the target's former schema is called then; empty: it holds nothing, and is filled."""


def planned(schema: str, milliseconds: int, *, keep: bool) -> Scaffold:
    """Names that nothing else has.

    Args:
        schema: the target's.
        milliseconds: of the moment, since 1970.
        keep: whether what the target has is kept under another name.
    """
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    stamp = f"{at:%Y%m%d%H%M%S}{milliseconds % 1000:03}"
    start = schema[:_ROOM]
    return Scaffold(
        scratch=f"{start}_scratch_{stamp}",
        building=f"{start}_new_{stamp}",
        kept=f"{start}_kept_{stamp}" if keep else "",
    )


@contextmanager
def up(reach: Reach, target: Seat, names: Scaffold) -> Iterator[None]:
    """Nothing of it stands afterwards, however that ends; a target in place is filled no further.

    Raises:
        MachineFailed: when it cannot be taken down.
    """
    try:
        yield
    except BaseException:
        with suppress(MachineFailed):  # the error at hand says more
            take_down(reach, target, names)
        raise
    take_down(reach, target, names)


def take_down(reach: Reach, target: Seat, names: Scaffold) -> bool:
    """Remove what a copy left on its way; as often as one likes.

    Returns:
        Whether the copy had taken its place, and what was there before is kept.

    Raises:
        MachineFailed: when the server does not do it.
    """
    with ruled(reach, target) as keeper, failing("what is left of a copy"):
        keeper.execute(_ORPHANS, [names.building])
        keeper.execute(about("DROP DATABASE IF EXISTS {} WITH (FORCE)", names.scratch))
        keeper.execute(about("DROP SCHEMA IF EXISTS {} CASCADE", names.building))
        found = keeper.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [names.kept])
        return found.fetchone() is not None


def begin(reach: Reach, target: Seat, names: Scaffold) -> Seat:
    """Where a copy is filled in: beside the target when that is kept, else the target itself."""
    if not names.kept:
        return target
    with ruled(reach, target) as keeper, failing(names.building):
        keeper.execute(
            about("CREATE SCHEMA {} AUTHORIZATION {}", names.building, target.owner.user)
        )
    return msgspec.structs.replace(target, schema=names.building)


def settle(reach: Reach, target: Seat, names: Scaffold) -> None:
    """What was filled beside takes its place, all at once.

    Raises:
        MachineFailed: when it cannot; all is then as it was.
    """
    if not names.kept:
        return
    with ruled(reach, target) as keeper, failing(target.schema), keeper.transaction():
        rename(keeper, target.schema, names.kept)
        rename(keeper, names.building, target.schema)
        move_extensions(keeper, names.kept, target.schema)
        for (grant,) in keeper.execute(_GRANTS.encode(), [target.schema, names.kept]).fetchall():
            keeper.execute(grant)
        if (row := keeper.execute(_READERS).fetchone()) and row[0]:
            keeper.execute("SELECT extensions.partywall_grant()")


def rename(keeper: Connection[Any], old: str, new: str) -> None:
    """Call a schema something else."""
    keeper.execute(about("ALTER SCHEMA {} RENAME TO {}", old, new))


def move_extensions(keeper: Connection[Any], old: str, new: str) -> None:
    """Extensions are the database's: they stay where the app finds them."""
    for row in keeper.execute(_LOOSE.encode(), [old]).fetchall():
        keeper.execute(about("ALTER EXTENSION {} SET SCHEMA {}", str(row[0]), new))


def about(text: str, *names: str) -> Any:  # noqa: ANN401  (a statement of psycopg's)
    """A statement with names in it."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    return sql.SQL(text).format(*map(sql.Identifier, names))
