"""PostgreSQL before and after its container is another one: dumped, and known again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from partywall.interfaces import Reach, Succession
from partywall.model.errors import MachineFailed
from partywall.model.world import Database, Key

_SECONDS = 60.0
_KNOWING = (
    'export PGPASSWORD="${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:-/dev/null}")}"; '
    'exec "$@"'
)
"""The server's own container knows the password; it is in no argument list."""
_NAMES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
_MARK = "SELECT system_identifier FROM pg_control_system()"
_WRITTEN = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What tells a server's data from others, and how much was ever written into them."""

    mark: str
    written: int
    """Bytes of its log; it only ever grows."""


def look(reach: Reach, database: Database) -> Server:
    """The data that a server has at this moment.

    Raises:
        MachineFailed: when it cannot be asked.
    """
    return Server(
        mark=_ask(reach, database, _MARK), written=int(_ask(reach, database, _WRITTEN) or 0)
    )


def check(database: Database, before: Server, now: Server) -> None:
    """See that a server has the data that it had, and nothing older.

    Raises:
        MachineFailed: when they are others.
    """
    if now.mark != before.mark:
        raise MachineFailed(f"{database.server} has other data than its original had")
    if now.written < before.written:
        raise MachineFailed(f"{database.server} has older data than its original had")


def save(reach: Reach, hands: Succession, database: Database, folder: Path) -> None:
    """Dump every database of a server, and what belongs to none of them.

    Raises:
        MachineFailed: when one cannot be dumped, or what was written is no dump.
    """
    server = database.server.rpartition("/")[2]
    roles = folder / f"{server}-roles.sql"
    _write(hands, database, ["pg_dumpall", "--globals-only"], roles)
    for number, name in enumerate(_ask(reach, database, _NAMES).splitlines()):
        path = folder / f"{server}-{number}-{_plain(name)}.dump"
        words = ["pg_dump", "--format=custom", f"--dbname=dbname={_quoted(name)}"]
        _write(hands, database, words, path)
        _see(path)


def _write(hands: Succession, database: Database, words: list[str], path: Path) -> None:
    try:
        hands.save(database.server, _words(database, *words), path)
    except MachineFailed as error:
        raise MachineFailed(
            f"{words[0]} of {database.server} into {path.name} failed",
            detail=error.detail or [error.what],
        ) from error


def servers(databases: Iterable[Database]) -> dict[Key, Database]:
    """One database of each server, by the server's key."""
    return {one.server: one for one in databases}


def _see(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(5) != b"PGDMP":
            raise MachineFailed(f"{path.name} is no dump of a database")


def _ask(reach: Reach, database: Database, question: str) -> str:
    words = _words(database, "psql", "--dbname=postgres", "-XAtc", question)
    done = reach.run_beside(database.server, words, seconds=_SECONDS)
    if done.code:
        raise MachineFailed(
            f"{database.server} cannot be asked about its data", detail=done.err.splitlines()[-3:]
        )
    return done.out.strip()


def _words(database: Database, program: str, *words: str) -> list[str]:
    return ["sh", "-c", _KNOWING, "sh", program, f"--username={database.owner}", *words]


def _quoted(name: str) -> str:
    """A value in a connection string."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _plain(name: str) -> str:
    return "".join(one if one.isalnum() or one in "-_" else "_" for one in name)[:60]
