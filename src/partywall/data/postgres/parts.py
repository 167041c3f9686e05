"""Lets an environment into its own database on a server that others use too, and nobody else."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.connect import connect
from partywall.data.postgres.schemas import roles
from partywall.data.postgres.schemas.roles import Tenant
from partywall.data.spaces import Ground
from partywall.model.world import Database, environment_of

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed

_MAINTENANCE = "postgres"
ALONE = 0x7061727479
"""The lock of who makes databases on a server. A command that was killed meanwhile holds it until
the server has ended what it asked for, so nobody makes the same a second time."""
_CONNECTIONS = 40
"""So that one environment cannot take all of the customary hundred."""
_ROLE = (
    "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT "
    "CONNECTION LIMIT {} PASSWORD {}"
)


class DatabaseParts:
    """Databases of environments on shared servers."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def admit(self, database: Database) -> None:
        """A database and its owner, both made when missing; every other database is closed."""
        self._ground.links.link(database)
        if database.schema:
            self._admit_to_schema(database)
        else:
            self._admit_alone(database)
        self.log_in(database)

    def _admit_to_schema(self, database: Database) -> None:
        """A role and a schema of its own in the database of all."""
        tenant = _tenant(database)
        with self._admin(database, _MAINTENANCE) as server:
            server.execute("SELECT pg_advisory_lock(%s)", [ALONE])
            _close(server, database.admin)
            if not _there(server, "pg_database", "datname", database.name):
                server.execute(_sql("CREATE DATABASE {} TEMPLATE template0", database.name))
            with self._admin(database, database.name) as inside:
                roles.ensure(inside, tenant, self._ground.password(database))
                roles.extend(inside, database.extensions)
                roles.let_read(inside, tenant, database.read)

    def _admit_alone(self, database: Database) -> None:
        with self._admin(database, _MAINTENANCE) as server:
            # Two environments come at once, and both close the same databases.
            server.execute("SELECT pg_advisory_lock(%s)", [ALONE])
            self._role(server, database)
            for name in (_MAINTENANCE, "template1", database.admin):
                _close(server, name)
            if not _there(server, "pg_database", "datname", database.name):
                server.execute(
                    _sql("CREATE DATABASE {} OWNER {} TEMPLATE template0", database.name,
                         database.owner)
                )  # fmt: skip
            _close(server, database.name)
        with self._admin(database, database.name) as inside:
            inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            inside.execute(_sql("ALTER SCHEMA public OWNER TO {}", database.owner))

    def log_in(self, database: Database) -> None:
        """See that its owner is let in.

        Raises:
            MachineFailed: when it is not.
        """
        password = self._ground.password(database)
        with connect(
            self._ground.reach, database.server, database=database.name, user=database.owner,
            password=password,
        ) as connection:  # fmt: skip
            connection.execute("SELECT 1")

    def dismiss(self, database: Database) -> None:
        """Set its database aside under another name, where nobody but the administrator gets in.

        Of an environment that was made for a while nothing is kept.
        """
        if self._ground.running(database.server):
            place = database.name if database.schema else _MAINTENANCE
            with self._admin(database, place) as server:
                self._take(server, database, keep=not self._ground.passing(_mine(database)))
        self._ground.links.unlink(database)

    def _take(self, server: Connection[Any], database: Database, *, keep: bool) -> None:
        if database.schema:
            (roles.set_aside if keep else roles.drop)(server, _tenant(database))
        elif keep:
            self._set_aside(server, database)
        else:
            _end(server, database.name)
            server.execute(_sql("DROP DATABASE IF EXISTS {}", database.name))
            server.execute(_sql("DROP ROLE IF EXISTS {}", database.owner))

    def _role(self, server: Connection[Any], database: Database) -> None:
        from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

        if not _there(server, "pg_roles", "rolname", database.owner):
            server.execute(_sql("CREATE ROLE {}", database.owner))
        secret = self._ground.password(database).reveal()
        server.execute(
            sql.SQL(_ROLE).format(
                sql.Identifier(database.owner), sql.Literal(_CONNECTIONS), sql.Literal(secret)
            )
        )

    def _set_aside(self, server: Connection[Any], database: Database) -> None:
        if _there(server, "pg_roles", "rolname", database.owner):
            server.execute(_sql("ALTER ROLE {} NOLOGIN", database.owner))
        if not _there(server, "pg_database", "datname", database.name):
            return
        _end(server, database.name)
        aside = f"{database.name[:40]}_removed_{int(time.time() * 1000)}"
        server.execute(_sql("ALTER DATABASE {} RENAME TO {}", database.name, aside))
        server.execute(_sql("ALTER DATABASE {} OWNER TO {}", aside, database.admin))

    @contextlib.contextmanager
    def _admin(self, database: Database, name: str) -> Iterator[Connection[Any]]:
        password = self._ground.admin(database.admin_password)
        with connect(
            self._ground.reach, database.server, database=name, user=database.admin,
            password=password,
        ) as connection:  # fmt: skip
            # An environment may be called as the administrator, whose path then leads through it.
            connection.execute("SET search_path = pg_catalog")
            yield connection


def _tenant(database: Database) -> Tenant:
    return Tenant(
        database=database.name,
        schema=database.schema,
        role=database.owner,
        bounded=database.bounded,
    )


def _mine(database: Database) -> str:
    return environment_of(database.key)


def _end(server: Connection[Any], name: str) -> None:
    """End every connection to a database."""
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )


def _close(server: Connection[Any], name: str) -> None:
    """Nobody is let into a database but its owner and the administrator."""
    if _there(server, "pg_database", "datname", name):
        server.execute(_sql("REVOKE ALL ON DATABASE {} FROM PUBLIC", name))


def _there(server: Connection[Any], table: str, column: str, name: str) -> bool:
    found = server.execute(
        _sql("SELECT 1 FROM {} WHERE {} = %s", table, column), [name]
    )  # fmt: skip
    return found.fetchone() is not None


def _sql(text: str, *names: str) -> Composed:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    return sql.SQL(text).format(*map(sql.Identifier, names))
