"""Makes a visitor with a session and removes them again: ``python -m makapix.visit open|close``.

``open`` prints the session's cookie, ``name=value``; ``close`` reads that line. A visitor has no
password, and is gone for good after ten minutes even if nobody closes the visit.
"""

import secrets
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from makapix.database import Database
from makapix.environment import over_https, required
from makapix.sessions import Signer, cookie_name, session_id

if TYPE_CHECKING:
    from makapix.database import Connection

NO_PASSWORD = "00$visitor"
"""Stored in place of a password's digest, which is hexadecimal: no password ever matches it."""
MINUTES = 10
USAGE = "usage: python -m makapix.visit open|close"


def opened(connection: "Connection", signer: Signer) -> str:
    """Add a visitor with a session and return the cookie's value."""
    _sweep(connection)
    token = signer.new_token()
    connection.execute(
        """WITH visitor AS (
               INSERT INTO users (handle, password_hash) VALUES (%s, %s) RETURNING id)
           INSERT INTO sessions (id, user_id, expires_at)
           SELECT %s, id, now() + make_interval(mins => %s) FROM visitor""",
        (f"visitor_{secrets.token_hex(8)}", NO_PASSWORD, session_id(token), MINUTES),
    )
    return signer.sign(token)


def closed(connection: "Connection", token: str) -> None:
    """Remove a visitor with everything that is theirs; people who registered stay."""
    connection.execute(
        """DELETE FROM users USING sessions
           WHERE users.id = user_id AND sessions.id = %s AND password_hash = %s""",
        (session_id(token), NO_PASSWORD),
    )
    _sweep(connection)


def _sweep(connection: "Connection") -> None:
    """Remove visitors whose visit was never closed."""
    connection.execute(
        """DELETE FROM users WHERE password_hash = %s AND NOT EXISTS (
               SELECT 1 FROM sessions WHERE user_id = users.id AND expires_at > now())""",
        (NO_PASSWORD,),
    )


def token_of(line: str, name: str, signer: Signer) -> str | None:
    """Return the token of a cookie ``name=value`` that was signed here, else None."""
    found, _, value = line.strip().partition("=")
    return signer.token_in(value) if found == name else None


def main() -> None:
    """Do what the one argument says, in the environment that the variables name."""
    if sys.argv[1:] not in (["open"], ["close"]):
        raise SystemExit(USAGE)
    name, signer = cookie_name(over_https()), Signer(required("SESSION_SECRET"))
    with closing(Database(required("DATABASE_URL"), size=1)) as database:
        if sys.argv[1] == "open":
            with database.transaction() as connection:
                value = opened(connection, signer)
            sys.stdout.write(f"{name}={value}\n")
            return
        token = token_of(sys.stdin.readline(), name, signer)
        if token is None:
            raise SystemExit("that is no session of this environment")
        with database.transaction() as connection:
            closed(connection, token)


if __name__ == "__main__":
    main()
