"""One schema on one server, who owns it, and the programs that stand beside the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.connect import PORT, connect
from partywall.interfaces import Reach
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Key

if TYPE_CHECKING:
    from psycopg import Connection

_SECONDS = 1800.0
_KNOWING = 'IFS= read -r PGPASSWORD; export PGPASSWORD; exec "$@"'
"""The password comes on standard input: it is in no argument list."""
PORTABLE = (
    *("--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions"),
    "--lock-wait-timeout=30s",
)
"""With these words `pg_dump` says nothing that means something on its own server alone."""
_UNHURRIED = """SET statement_timeout = 0; SET lock_timeout = '30s';
SET idle_in_transaction_session_timeout = 0"""
"""What bounds an app's statements is no bound for all rows of a table."""


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A role that may come in."""

    user: str
    password: Secret


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Where a schema is."""

    server: Key
    database: str
    schema: str
    owner: Login
    admin: Login
    """Who may make databases and rename schemas on this server; it may be the owner itself."""

    def in_database(self, name: str, schema: str | None = None) -> Seat:
        """The same server's other database."""
        return msgspec.structs.replace(self, database=name, schema=schema or self.schema)


@contextmanager
def entered(reach: Reach, seat: Seat) -> Iterator[Connection[Any]]:
    """A connection as the owner; raises as `connect` does."""
    with _connected(reach, seat, seat.owner) as connection:
        connection.execute(_UNHURRIED.encode())
        yield connection


@contextmanager
def ruled(reach: Reach, seat: Seat) -> Iterator[Connection[Any]]:
    """A connection as the administrator, which calls nothing that an environment has made."""
    with _connected(reach, seat, seat.admin) as connection:
        connection.execute("SET search_path = pg_catalog")
        yield connection


def _connected(reach: Reach, seat: Seat, login: Login) -> Connection[Any]:
    return connect(
        reach, seat.server, database=seat.database, user=login.user, password=login.password
    )


def dumping(schema: str) -> list[str]:
    """The words for `pg_dump` by which it says what one schema is; pure."""
    quoted = schema.replace('"', '""')
    return [f'--schema="{quoted}"', *PORTABLE]


def dumped(reach: Reach, seat: Seat, words: Sequence[str]) -> str:
    """What `pg_dump`, of the server's own version, says of a schema.

    Raises:
        MachineFailed: when it cannot.
    """
    host, port = reach.address(seat.server, PORT)
    command = ["pg_dump", f"--host={host}", f"--port={port}", f"--username={seat.owner.user}"]
    command += [f"--dbname={seat.database}", *dumping(seat.schema), *words]
    done = reach.run_beside(
        seat.server,
        ["sh", "-c", _KNOWING, "sh", *command],
        text=f"{seat.owner.password.reveal()}\n",
        seconds=_SECONDS,
    )
    if done.code:
        raise MachineFailed(
            f"pg_dump of {seat.schema} on {seat.server} failed",
            detail=done.err.strip().splitlines()[-5:],
        )
    return done.out
