"""A database that somebody else is just making is waited for, and not made a second time."""

from __future__ import annotations

import threading

import pytest

from fakes.postgres import ADMIN, Server
from partywall.data.postgres.parts import ALONE
from partywall.data.postgres.performer import _ensure
from partywall.model.world import Database
from scenarios.installation import until

pytestmark = pytest.mark.scenario

_WAITING = """SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted AND objid = %s::bigint & 4294967295"""


def test_who_comes_second_waits_until_the_first_is_done(server: Server) -> None:
    """As after a kill: the server still makes what the killed command asked for."""
    wanted = Database(key="dev/database/db", server="dev/db", name="made_once", owner=ADMIN)
    failed: list[BaseException] = []

    def second() -> None:
        try:
            with server.connect() as connection:
                _ensure(connection, wanted)
        except BaseException as error:
            failed.append(error)

    with server.connect() as first:
        first.execute("SELECT pg_advisory_lock(%s)", [ALONE])
        thread = threading.Thread(target=second)
        thread.start()

        def waits() -> bool:
            row = first.execute(_WAITING, [ALONE]).fetchone()
            return row == (1,)

        until(waits, what="the second waits")
        first.execute("CREATE DATABASE made_once")
    thread.join(60)
    assert failed == []
    with server.connect() as connection:
        connection.execute("DROP DATABASE made_once")
