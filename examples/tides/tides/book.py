"""The log book in the database."""

import os

import psycopg

ENTRIES = """CREATE TABLE IF NOT EXISTS entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    written timestamptz NOT NULL DEFAULT now(),
    line text NOT NULL CHECK (length(line) BETWEEN 1 AND 200)
)"""


def connection() -> psycopg.Connection:
    """A new connection to the database that DATABASE_URL names."""
    return psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5)


def migrate() -> None:
    """Make what is not there yet."""
    with connection() as link:
        link.execute(ENTRIES)


def latest(count: int = 10) -> list[str]:
    """The newest lines, the newest first."""
    with connection() as link:
        rows = link.execute("SELECT line FROM entries ORDER BY id DESC LIMIT %s", (count,))
        return [line for (line,) in rows]


def write(line: str) -> None:
    """Add a line."""
    with connection() as link:
        link.execute("INSERT INTO entries (line) VALUES (%s)", (line,))
