"""A server's dump: made and restored by its own programs, in a cluster made like it.

All pure but for `shape`, which asks: argument lists out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.interfaces import Door
from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

_HELD = """
IFS= read -r PGPASSWORD; export PGPASSWORD
exec 3<&0
"$@" < /dev/null &
works=$!
{ cat <&3; kill $works; } > /dev/null 2>&1 &
waits=$!
wait $works
code=$?
kill $waits 2> /dev/null
exit $code
"""
"""The password is the first line of the input. When that ends, because we are killed, so does the
program, which would otherwise go on reading."""
_POLITE = ("nice", "-n", "10")
_SHAPE = """SELECT (SELECT rolname FROM pg_roles WHERE oid = 10),
    pg_encoding_to_char(encoding), datcollate, datctype, current_setting('data_checksums'),
    pg_size_bytes(current_setting('wal_segment_size')) / 1048576,
    current_setting('server_version_num')::int / 10000
    FROM pg_database WHERE datname = 'template0'"""
_CHECKED_ALWAYS = 18
"""The first version whose `initdb` makes checksums unless it is told not to."""
_ELSEWHERE = frozenset({"default_tablespace", "temp_tablespaces"})
_WHERE = frozenset({"cron.database_name"})


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a cluster is made with, once and for all."""

    first: str
    """Its first role."""
    encoding: str
    collate: str
    ctype: str
    checksums: bool
    segment: int
    """MiB of a file of its log."""
    major: int


def shape(connection: Connection[Any]) -> Shape:
    """How the server's cluster was made."""
    row = connection.execute(_SHAPE).fetchone()
    if row is None:
        raise MachineFailed("the server does not say how it was made")
    first, encoding, collate, ctype, checksums, segment, major = row
    return Shape(
        first=first,
        encoding=encoding,
        collate=collate,
        ctype=ctype,
        checksums=checksums != "off",
        segment=segment,
        major=major,
    )


def initdb(of: Shape) -> tuple[str, ...]:
    """The options by which `initdb` makes a cluster like it."""
    return (
        f"--username={of.first}",
        *("--auth=scram-sha-256", "--no-sync"),
        f"--encoding={of.encoding}",
        *(f"--lc-collate={of.collate}", f"--lc-ctype={of.ctype}"),
        f"--wal-segsize={of.segment}",
        *_checksums(of),
    )


def _checksums(of: Shape) -> Iterator[str]:
    if of.checksums:
        yield "--data-checksums"
    elif of.major >= _CHECKED_ALWAYS:
        yield "--no-data-checksums"


def roles(door: Door, user: str) -> list[str]:
    """Writes all roles, without their passwords; the password of `user` is its first line."""
    said = ("--globals-only", "--no-role-passwords", "--no-tablespaces")
    return _held("pg_dumpall", *_as(door, user), *said, "--lock-wait-timeout=30s")


def database(door: Door, user: str, name: str, snapshot: str) -> list[str]:
    """Writes one database as another session of it sees it; the password is its first line."""
    return _held(
        "pg_dump",
        *_as(door, user),
        *("--format=custom", "--compress=1", "--no-tablespaces", "--no-subscriptions"),
        "--lock-wait-timeout=30s",
        f"--snapshot={snapshot}",
        f"--dbname=dbname={_quoted(name)}",
    )


def restore_roles(door: Door, user: str) -> list[str]:
    """Makes the roles that it reads; stops at the first error."""
    said = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname=template1")
    return ["psql", *_as(door, user), *said]


def restore(door: Door, user: str) -> list[str]:
    """Makes the database that it reads, in place of one of its name; stops at the first error."""
    said = ("--clean", "--if-exists", "--create", "--exit-on-error", "--no-tablespaces")
    return ["pg_restore", *_as(door, user), *said, "--dbname=template1"]


def without(text: str, role: str) -> str:
    """The roles but for the making of one that is there already."""
    plain = f"CREATE ROLE {role};"
    quoted = 'CREATE ROLE "{}";'.format(role.replace('"', '""'))
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if line.rstrip("\n") not in (plain, quoted))


def settled(settings: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The settings of a server all of whose tables are in one place."""
    return tuple((name, value) for name, value in settings if name not in _ELSEWHERE)


def meanwhile(settings: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What the server is told while it is filled, over what its files say."""
    where = {name: value for name, value in settings if name in _WHERE}
    return {**where, "default_transaction_read_only": "off"}


def _held(*command: str) -> list[str]:
    return ["sh", "-c", _HELD, "sh", *_POLITE, *command]


def _as(door: Door, user: str) -> tuple[str, ...]:
    return f"--host={door.host}", f"--port={door.port}", f"--username={user}", "--no-password"


def _quoted(name: str) -> str:
    """A value in a connection string."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
