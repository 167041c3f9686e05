"""Connections to a PostgreSQL server, with errors that a user can act on."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from partywall.interfaces import Reach
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Key

if TYPE_CHECKING:
    from psycopg import Connection

PORT = 5432
_SECONDS = 5
_PATIENCE = 20.0
_PAUSE = 0.1
_NOT_YET = re.compile(r"refused|the database system is (starting up|shutting down)")


def get_ready() -> None:
    """Have the driver imported meanwhile, which takes as long as a server takes to start."""
    threading.Thread(target=import_module, args=("psycopg",)).start()


class WrongPassword(MachineFailed):
    """The server is there and does not accept the password."""


@contextmanager
def understood(what: str, remedy: str) -> Iterator[None]:
    """What the driver says in the block becomes an error that a user can act on.

    Args:
        what: did not go well; the server's own words are put behind it.
        remedy: what to do.

    Raises:
        MachineFailed: for every error of the driver.
    """
    from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

    try:
        yield
    except Error as error:
        said = str(error).strip().splitlines()
        raise MachineFailed(f"{what}: {said[0] if said else 'no word'}", remedy=remedy) from error


def connect(
    reach: Reach, server: Key, *, database: str, user: str, password: Secret
) -> Connection[Any]:
    """A connection in autocommit mode, to be used as a context.

    A fresh server of the official image listens to nobody but itself while it prepares its data,
    and a health check made inside says yes meanwhile: one that does not listen yet is waited for.

    Raises:
        WrongPassword: when the server does not accept it.
        MachineFailed: when it cannot be reached, or has no such database.
    """
    import psycopg  # noqa: PLC0415  (0.17 s to import)

    host, port = reach.address(server, PORT)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return psycopg.connect(
                host=host,
                port=port,
                dbname=database,
                user=user,
                password=password.reveal(),
                connect_timeout=_SECONDS,
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            if not _NOT_YET.search(str(error)) or time.monotonic() > deadline:
                says = str(error).strip().splitlines()[-1]
                kind = WrongPassword if "password authentication failed" in says else MachineFailed
                raise kind(
                    f"{server} does not let {user} into {database}: {says}",
                    remedy=f"look at `partywall logs {server.replace('/', ' ', 1)}`",
                ) from None
        time.sleep(_PAUSE)
