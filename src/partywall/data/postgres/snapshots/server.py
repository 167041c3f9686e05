"""Sessions with production's server and with servers on copies, and what is asked of both."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.snapshots.configuration import QUESTION
from partywall.interfaces import Door
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret

if TYPE_CHECKING:
    from psycopg import Connection

_PAUSE = 0.01
_DATABASES = """SELECT datname FROM pg_database
    WHERE datallowconn AND NOT datistemplate ORDER BY datname"""
_LOGINS = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname !~ '^pg_'"
_READ = """SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"""
"""Reads the catalogue whole."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known of a server whose data are copied."""

    mark: str
    """What tells its data from others."""
    version: str
    data: str
    """Its data directory, as it sees it."""
    bytes: int
    libraries: str
    settings: tuple[tuple[str, str], ...]


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes in, and where."""

    user: str
    password: Secret
    database: str


def facts(connection: Connection[Any]) -> Facts:
    """What is to be known of a server; nothing is changed."""
    row = connection.execute(
        """SELECT (SELECT system_identifier::text FROM pg_control_system()),
            current_setting('server_version'), current_setting('data_directory'),
            (SELECT sum(pg_database_size(oid))::bigint FROM pg_database),
            current_setting('shared_preload_libraries')"""
    ).fetchone()
    if row is None:
        raise MachineFailed("the server says nothing of itself")
    mark, version, data, size, libraries = row
    return Facts(
        mark=mark,
        version=str(version).split()[0],
        data=data,
        bytes=size,
        libraries=libraries,
        settings=tuple((str(name), str(value)) for name, value in connection.execute(QUESTION)),
    )


def databases(connection: Connection[Any]) -> list[str]:
    """The databases of a server that let somebody in, but for templates."""
    return [str(one[0]) for one in connection.execute(_DATABASES)]


def mark(connection: Connection[Any]) -> str:
    """What tells a server's data from others."""
    row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    return str(row[0]) if row else ""


def let_in(connection: Connection[Any], role: str, password: Secret) -> None:
    """Let a role come in by a password."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    asked = sql.SQL("ALTER ROLE {} PASSWORD {}")
    word = sql.Literal(password.reveal())
    connection.execute(asked.format(sql.Identifier(role), word))


def come_in(
    door: Door,
    login: Login,
    *,
    seconds: float,
    gone: Callable[[], str] = lambda: "",
) -> Connection[Any]:
    """A connection to a server on a copy, which may still be starting or recovering.

    Args:
        door: where it listens.
        login: who comes in.
        seconds: how long it is waited for.
        gone: why there is no use in waiting, and below that lines that show more; empty while
            there is.

    Raises:
        MachineFailed: when it does not let us in, or is gone.
    """
    import psycopg  # noqa: PLC0415  (0.17 s to import)

    deadline = time.monotonic() + seconds
    while True:
        try:
            return psycopg.connect(
                host=door.host,
                port=door.port,
                dbname=login.database,
                user=login.user,
                password=login.password.reveal(),
                connect_timeout=5,
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            says = str(error).strip().splitlines()[-1]
            why, *words = gone().splitlines() or [""]
            if why or time.monotonic() > deadline or "authentication" in says:
                raise MachineFailed(
                    f"a server on the copied data does not come up: {why or says}", detail=words
                ) from None
        time.sleep(_PAUSE)


def close_doors(connection: Connection[Any], owner: str, fresh: Secret) -> None:
    """Let nobody come in any more but us, by another password."""
    from psycopg import sql  # noqa: PLC0415  (0.17 s to import)

    roles = [str(row[0]) for row in connection.execute(_LOGINS)]
    mine = {owner, connection.info.user}
    for role in roles:
        value = sql.Literal(fresh.reveal()) if role in mine else sql.SQL("NULL")
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), value))


def read_settings(connection: Connection[Any]) -> None:
    """Have the server read its files of settings again."""
    connection.execute("SELECT pg_reload_conf()")


def check(connection: Connection[Any], expected: Facts, enter: Callable[[str], Any]) -> list[str]:
    """See that a server on a copy has production's data, and every database of them opens.

    Args:
        connection: to the server on the copy.
        expected: what production's server was.
        enter: connects to another database of the copy.

    Returns:
        The databases that were looked into.

    Raises:
        MachineFailed: when something is not as it should be.
    """
    if mark(connection) != expected.mark:
        raise MachineFailed("the copy has other data than the original")
    names = databases(connection)
    for name in names:
        with enter(name) as inside:
            inside.execute(_READ.encode())
    return names
