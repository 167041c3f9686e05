"""A role and a schema for each environment in one database, and the wall between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.model.errors import BadInput, MachineFailed, Refused
from partywall.model.secret import Secret

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed

EXTENSIONS = "extensions"
"""The schema that extensions are in, which everybody sees and nobody but us writes to."""
_BOUNDS: Mapping[str, str] = {
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "temp_file_limit": "1GB",
}
_CONNECTIONS = 20
_ABLE = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
_ROLE_KNOWN = "SELECT 1 FROM pg_roles WHERE rolname = %s"
_MAY_READ = "SELECT 1 WHERE to_regclass('extensions.partywall_read') IS NOT NULL"
"""Whether anybody has ever been let read a table of others."""

_WATCH = """
CREATE TABLE IF NOT EXISTS extensions.partywall_read
    ("schema" name, "table" name, role name, PRIMARY KEY ("schema", "table", role));
CREATE OR REPLACE FUNCTION extensions.partywall_grant() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE one record;
BEGIN
    FOR one IN SELECT r.*, n.oid AS ground, c.oid AS relation, o.oid AS reader
        FROM extensions.partywall_read r JOIN pg_namespace n
        ON n.nspname = r."schema"
        JOIN pg_class c ON (c.relnamespace, c.relname) = (n.oid, r."table")
        JOIN pg_roles o ON o.rolname = r.role WHERE c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
        -- Two sessions that make tables at once must not both write what is granted already.
        IF NOT has_schema_privilege(one.reader, one.ground, 'USAGE') THEN
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', one."schema", one.role);
        END IF;
        IF NOT has_table_privilege(one.reader, one.relation, 'SELECT') THEN
            EXECUTE format('GRANT SELECT ON %I.%I TO %I', one."schema", one."table", one.role);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION extensions.partywall_grant() FROM PUBLIC;
CREATE OR REPLACE FUNCTION extensions.partywall_made() RETURNS event_trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog AS
    $$BEGIN PERFORM extensions.partywall_grant(); END $$;
DROP EVENT TRIGGER IF EXISTS partywall_made;
CREATE EVENT TRIGGER partywall_made ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE VIEW',
        'CREATE MATERIALIZED VIEW', 'ALTER TABLE')
    EXECUTE FUNCTION extensions.partywall_made();
"""
"""Who may read what, kept where only the administrator writes, and granted when a table is made."""


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """An environment in a database that others are in, too."""

    database: str
    schema: str
    role: str
    bounded: bool = True
    """Whether it may take only so many connections, and so long; production may."""


def ensure(connection: Connection[Any], tenant: Tenant, password: Secret) -> None:
    """Have the role and the schema as they should be; what is in the schema stays.

    Args:
        connection: the administrator's, to that database.
        tenant: who it is for.
        password: what it logs in with.

    Raises:
        Refused: when the schema is somebody else's.
    """
    _check_owner(connection, tenant)
    _close(connection, tenant.database)
    for statement in _role(connection, tenant, password):
        connection.execute(statement)
    for statement in _schema(tenant):
        connection.execute(statement)


def extend(connection: Connection[Any], names: Iterable[str]) -> None:
    """Have these extensions where every environment finds them.

    Raises:
        MachineFailed: when the server has no such extension.
    """
    from psycopg import Error, sql  # noqa: PLC0415  (0.17 s to import)

    for name in names:
        try:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {} CASCADE").format(
                    sql.Identifier(name), sql.Identifier(EXTENSIONS)
                )
            )
        except Error as error:
            raise MachineFailed(
                f"the extension {name} cannot be made: {str(error).splitlines()[0]}",
                remedy="use an image that has it, or take it out of `extensions`",
            ) from error


def let_read(connection: Connection[Any], reader: Tenant, tables: Iterable[str]) -> None:
    """Let an environment read exactly these tables of others, and none that it could read before.

    A table that is not there yet, or is made anew by a migration, can be read once it is there.

    Args:
        connection: the administrator's, to that database.
        reader: who may read.
        tables: `schema.table` each.

    Raises:
        BadInput: when one is not written so, or is the reader's own.
    """
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    wanted = [_foreign(reader, table) for table in tables]
    role = sql.Identifier(reader.role)
    with connection.transaction():
        connection.execute(_WATCH.encode())
        for schema in _readable(connection, reader):
            for what in ("ALL TABLES IN SCHEMA", "SCHEMA"):
                connection.execute(
                    sql.SQL("REVOKE ALL ON {} {} FROM {}").format(
                        sql.SQL(what), sql.Identifier(schema), role
                    )
                )
        connection.execute("DELETE FROM extensions.partywall_read WHERE role = %s", [reader.role])
        for schema, table in wanted:
            connection.execute(
                "INSERT INTO extensions.partywall_read VALUES (%s, %s, %s)",
                [schema, table, reader.role],
            )
        connection.execute("SELECT extensions.partywall_grant()")


def set_aside(connection: Connection[Any], tenant: Tenant) -> str:
    """Keep a schema under another name, as nobody's but the administrator's, and its role out.

    Returns:
        The name it has from then on; empty when there is none.
    """
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    if _owner(connection, tenant.schema) is None:
        return ""
    row = connection.execute("SELECT to_char(now(), 'YYYYMMDDHH24MISSMS')").fetchone()
    kept = f"{tenant.schema[:40]}_kept_{row[0] if row else ''}"
    schema, role = sql.Identifier(tenant.schema), sql.Identifier(tenant.role)
    with connection.transaction():
        connection.execute(
            sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(schema, sql.Identifier(kept))
        )
        connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
        connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(role))
    return kept


def drop(connection: Connection[Any], tenant: Tenant) -> None:
    """Remove a schema with all that is in it, and its role; what is not there is fine."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    schema, role = sql.Identifier(tenant.schema), sql.Identifier(tenant.role)
    with connection.transaction():
        if _owner(connection, tenant.schema) == tenant.role:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))
        if connection.execute(_ROLE_KNOWN, [tenant.role]).fetchone() is None:
            return
        if connection.execute(_MAY_READ).fetchone():
            forget = "DELETE FROM extensions.partywall_read WHERE role = %s"
            connection.execute(forget, [tenant.role])
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
            [tenant.role],
        )
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def _close(connection: Connection[Any], database: str) -> None:
    """What everybody may by default, nobody may: not come in, and not write to `public`."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    for name in (database, "postgres", "template1"):
        connection.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
        )
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(EXTENSIONS)))


def _role(connection: Connection[Any], tenant: Tenant, password: Secret) -> Iterator[Composed]:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    known = connection.execute(_ROLE_KNOWN, [tenant.role])
    role = sql.Identifier(tenant.role)
    yield sql.SQL("{} ROLE {} {} PASSWORD {} CONNECTION LIMIT {}").format(
        sql.SQL("ALTER" if known.fetchone() else "CREATE"),
        role,
        sql.SQL(_ABLE),
        sql.Literal(password.reveal()),
        sql.Literal(_CONNECTIONS if tenant.bounded else -1),
    )
    yield sql.SQL("ALTER ROLE {} SET search_path = {}, {}").format(
        role, sql.Identifier(tenant.schema), sql.Identifier(EXTENSIONS)
    )
    for name, value in _BOUNDS.items():
        if tenant.bounded:
            bound = sql.SQL("ALTER ROLE {} SET {} = {}")
            yield bound.format(role, sql.Identifier(name), sql.Literal(value))
        else:
            yield sql.SQL("ALTER ROLE {} RESET {}").format(role, sql.Identifier(name))


def _schema(tenant: Tenant) -> Iterator[Composed]:
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    schema, role = sql.Identifier(tenant.schema), sql.Identifier(tenant.role)
    database = sql.Identifier(tenant.database)
    yield sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, role)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(EXTENSIONS), role)
    yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, role)
    yield sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC").format(schema)
    # Who may read one table of a schema could otherwise call every function there.
    yield sql.SQL(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    ).format(role)
    yield sql.SQL("REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA {} FROM PUBLIC").format(schema)


def _check_owner(connection: Connection[Any], tenant: Tenant) -> None:
    owner = _owner(connection, tenant.schema)
    if owner not in (None, tenant.role):
        raise Refused(
            f"the schema {tenant.schema} of {tenant.database} belongs to the role {owner}",
            remedy="rename it, or give the environment another name",
        )


def _owner(connection: Connection[Any], schema: str) -> str | None:
    row = connection.execute(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = %s", [schema]
    ).fetchone()
    return None if row is None else str(row[0]).strip('"')


def _foreign(reader: Tenant, table: str) -> tuple[str, str]:
    schema, _, name = table.partition(".")
    if not (schema and name) or schema == reader.schema:
        raise BadInput(
            f"{reader.schema} cannot be let read {table}: that is no table of another",
            remedy="name tables as `schema.table`, the schema being called as its environment",
        )
    return schema, name


def _readable(connection: Connection[Any], reader: Tenant) -> list[str]:
    """Other schemas that it has been let into."""
    rows = connection.execute(
        "SELECT DISTINCT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a"
        " WHERE a.grantee = %s::regrole AND n.nspname NOT IN (%s, %s)",
        [f'"{reader.role}"', reader.schema, EXTENSIONS],
    )
    return [str(row[0]) for row in rows]
