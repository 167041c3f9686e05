"""The command line that writes a database as a file which any other server takes; pure."""

from __future__ import annotations

from partywall.data.postgres.schemas.seat import PORTABLE, dumping


def words(schema: str, *, rows: bool) -> list[str]:
    """Of `pg_dump`; where the database is and who comes in is in its environment.

    Args:
        schema: the only one that is the app's; empty: the whole database is.
        rows: whether they are in the file, too.
    """
    return [
        *("pg_dump", "--format=custom", "--no-password"),
        *(dumping(schema) if schema else PORTABLE),
        *(() if rows else ("--schema-only",)),
    ]
