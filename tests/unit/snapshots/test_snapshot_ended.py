"""Why a server on a copy does not come up: by what it ended for, not by its last line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from partywall.data.postgres.snapshots.server import Login, come_in
from partywall.interfaces import Door
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.workflows.snapshots.sweep import ended

LOG = """\
LOG:  starting PostgreSQL 18.1
FATAL:  could not access file "pg_net": No such file or directory
FATAL:  the database system is starting up
LOG:  database system is shut down
"""


class Hands:
    """What an engine knows of one server."""

    def __init__(self, *running: str) -> None:
        self._running = frozenset(running)

    def running(self) -> frozenset[str]:
        """Those that run."""
        return self._running

    def words(self, name: str) -> list[str]:
        """What it said before it wrote a log."""
        return [f"{name} begins"]


def why(data: Path, log: str, *running: str) -> list[str]:
    """The reason, and what is below it."""
    (data / "log").mkdir()
    (data / "log" / "server.log").write_text(log)
    hands: Any = Hands(*running)
    return ended(hands, "one", data).splitlines()


def test_it_is_what_the_server_ended_for(tmp_path: Path) -> None:
    said, *words = why(tmp_path, LOG)
    assert said == 'FATAL:  could not access file "pg_net": No such file or directory'
    assert words[0] == "one begins"
    assert words[-1] == "LOG:  database system is shut down"


def test_it_is_found_however_many_came_too_early(tmp_path: Path) -> None:
    late = "FATAL:  the database system is starting up\n" * 100
    assert why(tmp_path, f"PANIC:  could not write\n{late}")[0] == "PANIC:  could not write"


def test_otherwise_it_is_its_last_line(tmp_path: Path) -> None:
    assert why(tmp_path, "")[0] == "one begins"


def test_one_that_runs_may_still_come_up(tmp_path: Path) -> None:
    assert why(tmp_path, LOG, "one") == []


def test_its_last_words_are_shown_below(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: Any) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(psycopg, "connect", refused)
    login = Login(user="app", password=Secret("x"), database="app")
    with pytest.raises(MachineFailed, match="does not come up: FATAL: no") as caught:
        come_in(Door(host="", port=1), login, seconds=9.0, gone=lambda: "FATAL: no\none\ntwo")
    assert caught.value.detail == ("one", "two")
    with pytest.raises(MachineFailed, match="does not come up: connection refused"):
        come_in(Door(host="", port=1), login, seconds=0.0)
