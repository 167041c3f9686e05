"""A copy without rows, to see whether a migration fails for them or anyway."""

from __future__ import annotations

from partywall.data.postgres.schemas import heads
from partywall.data.postgres.tracing.relations import tables
from partywall.data.postgres.tracing.watch import quiet
from partywall.rehearsal.stage import Opened


def empty(opened: Opened) -> None:
    """Take the rows out of every table but those that say which migrations were applied."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    with quiet(opened.connect) as connection:
        there = [
            sql.Identifier(one.schema, one.name)
            for one in tables(connection).by_oid.values()
            if one.kind in {"r", "p"} and one.name not in heads.tables()
        ]
        connection.execute("SET session_replication_role = replica")  # no triggers
        if there:
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(there)))
        connection.execute("RESET session_replication_role")
