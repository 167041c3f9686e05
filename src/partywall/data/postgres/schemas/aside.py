"""What is in a schema is kept under another name while something else takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas.seat import Seat, entered
from partywall.interfaces import Reach

if TYPE_CHECKING:
    from psycopg import Connection

_LOOSE = """
SELECT e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname = %s AND e.extrelocatable"""


@contextmanager
def aside(reach: Reach, seat: Seat) -> Iterator[str]:
    """Give a schema's place to an empty one; the former comes back when what follows fails.

    Yields:
        The name under which the former is kept.
    """
    with entered(reach, seat, seat.admin) as keeper:
        row = keeper.execute("SELECT to_char(now(), 'YYYYMMDDHH24MISSMS')").fetchone()
        kept = f"{seat.schema[:40]}_kept_{row[0] if row else ''}"
        with keeper.transaction():
            _rename(keeper, seat.schema, kept)
            _make(keeper, seat)
            _extensions(keeper, kept, seat.schema)
    try:
        yield kept
    except BaseException:
        with entered(reach, seat, seat.admin) as keeper, keeper.transaction():
            _extensions(keeper, seat.schema, kept)
            keeper.execute(_about("DROP SCHEMA {}", seat.schema))
            _rename(keeper, kept, seat.schema)
        raise


def _rename(keeper: Connection[Any], old: str, new: str) -> None:
    keeper.execute(_about("ALTER SCHEMA {} RENAME TO {}", old, new))


def _make(keeper: Connection[Any], seat: Seat) -> None:
    keeper.execute(_about("CREATE SCHEMA {} AUTHORIZATION {}", seat.schema, seat.owner.user))


def _extensions(keeper: Connection[Any], old: str, new: str) -> None:
    """Extensions are the database's: they stay where the app finds them."""
    for row in keeper.execute(_LOOSE.encode(), [old]).fetchall():
        keeper.execute(_about("ALTER EXTENSION {} SET SCHEMA {}", str(row[0]), new))


def _about(text: str, *names: str) -> Any:  # noqa: ANN401  (a statement of psycopg's)
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    return sql.SQL(text).format(*map(sql.Identifier, names))
