"""The reference app with flags, production alone, on either engine, asked by its own users."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flags.flagged import FLAG, Flagged, FlaggedBoxes
from scenarios.installation import MAKAPIX, Installation

LINES = 4
"""Connections over which users ask."""
REMEMBERED_SECONDS = 20.0
"""How long the app holds to what it was told last; its own five minutes are long to wait for."""

_SESSIONS = """
import sys
from contextlib import closing
from makapix.database import Database
from makapix.environment import over_https, required
from makapix.sessions import Signer, cookie_name, session_id

signer, count = Signer(required("SESSION_SECRET")), int(sys.argv[1])
tokens = [signer.new_token() for _ in range(count)]
with closing(Database(required("DATABASE_URL"), size=1)) as database:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO users (handle, password_hash)"
            " SELECT 'member_' || n, '00$none' FROM generate_series(1, %s) n", (count,))
        connection.execute(
            "INSERT INTO sessions (id, user_id, expires_at)"
            " SELECT given.id, users.id, now() + interval '1 day'"
            " FROM unnest(%s::text[]) WITH ORDINALITY given (id, n)"
            " JOIN users ON handle = 'member_' || n", ([*map(session_id, tokens)],))
for token in tokens:
    print(f"{cookie_name(over_https())}={signer.sign(token)}")
"""


class Example(Flagged):
    """The reference app, not yet up."""

    def __init__(self, folder: Path) -> None:
        name = f"example{os.getpid()}"
        settings = {"project": name, "engine": self.engine, "architecture": "flags"}
        Installation.__init__(self, MAKAPIX, folder, settings)
        self.edit(
            "makapix/features.py", "REMEMBERED_SECONDS = 300.0",
            f"REMEMBERED_SECONDS = {REMEMBERED_SECONDS}",
        )  # fmt: skip

    def members(self, count: int) -> list[str]:
        """The cookies of so many new users."""
        words = ("exec", "prod", "api", "--yes", "--", "python", "-c", _SESSIONS, str(count))
        return self.call(*words).out.splitlines()

    def has(self, cookie: str) -> bool | None:
        """What the app tells one user, by a page of its own; None when it does not answer."""
        return self.have([cookie])[0]

    def have(self, cookies: Sequence[str]) -> list[bool | None]:
        """What the app tells each of them."""
        shares = [cookies[line::LINES] for line in range(LINES)]
        found: list[bool | None] = [None] * len(cookies)
        with ThreadPoolExecutor(LINES) as lines:
            for line, answers in enumerate(lines.map(self._asked, shares)):
                found[line::LINES] = answers
        return found

    def _asked(self, cookies: Sequence[str]) -> list[bool | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=20)
        host = f"{self.project}.localhost:{self.http_port}"
        found = []
        for cookie in cookies:
            connection.request("GET", "/api/me", headers={"Host": host, "Cookie": cookie})
            answer = connection.getresponse()
            body = answer.read()
            found.append(json.loads(body)["user"][FLAG] if answer.status == 200 else None)
        connection.close()
        return found


class ExampleBoxes(Example, FlaggedBoxes):
    """The same in containers."""

    engine = "docker"


EXAMPLES: dict[str, type[Example]] = {"embedded": Example, "docker": ExampleBoxes}
