"""Backup mode with a server that goes away or keeps us waiting: said in words."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from partywall.data.postgres.snapshots import backup
from partywall.data.postgres.snapshots.backup import Backup
from partywall.data.postgres.snapshots.dump import Shape
from partywall.model.errors import MachineFailed
from partywall.workflows.snapshots import dumping

GONE = psycopg.errors.AdminShutdown("terminating connection\nserver closed the connection")


class Session:
    """A session whose server goes away at a question."""

    info = SimpleNamespace(server_version=180001)

    def __init__(self, at: str) -> None:
        self._at = at

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_raised: object) -> None:
        pass

    def execute(self, question: str | bytes, _values: object = None) -> Any:
        """What it answers."""
        text = question.decode() if isinstance(question, bytes) else question
        if self._at in text:
            raise GONE
        rows: dict[str, tuple[object, ...]] = {
            "wal_level": ("replica", False),
            "pg_tablespace": (0,),
            "max_repl": (10,),
            "walfile": ("000000010000000000000003",),
        }
        row = next((row for word, row in rows.items() if word in text), ("0/3", "label", ""))
        return SimpleNamespace(fetchone=lambda: row)


@pytest.mark.parametrize("at", ["wal_level", "pg_tablespace", "statement_timeout", "idle_session"])
def test_production_that_ends_before_backup_mode_is_said(at: str) -> None:
    session: Any = Session(at)
    with (
        pytest.raises(MachineFailed, match="no answer: terminating connection") as error,
        backup.entered(session, gently=False),
    ):
        pytest.fail("it was entered")
    assert error.value.remedy


@pytest.mark.parametrize(
    ("at", "said"),
    [("restart_lsn", "no answer: terminating"), ("pg_backup_stop", "end well: term")],
)
def test_production_that_ends_in_backup_mode_is_said(at: str, said: str) -> None:
    session: Any = Session(at)
    with pytest.raises(MachineFailed, match=said) as error:
        through(Backup(session, gently=False))
    assert error.value.remedy


def through(backing: Backup) -> None:
    """From its beginning to its end."""
    backing.begin()
    backing.end()


def test_a_table_that_somebody_holds_for_himself_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_connection: object) -> None:
        raise psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")

    shape = Shape(
        first="app", encoding="UTF8", collate="C", ctype="C", checksums=True, segment=16, major=18
    )
    admin = SimpleNamespace(user="app", password="")
    database = SimpleNamespace(server="prod/db")
    found: Any = SimpleNamespace(admin=admin, home=SimpleNamespace(database=database))
    reach = SimpleNamespace(address=lambda _server, _port: ("127.0.0.1", 5432))
    project: Any = SimpleNamespace(engine=SimpleNamespace(reach=lambda: reach))
    monkeypatch.setattr(dumping.source, "connected", lambda *_words: nullcontext())
    monkeypatch.setattr(dumping, "connect", lambda *_words, **_more: nullcontext())
    monkeypatch.setattr(dumping.contents, "of_one_moment", lambda _one: nullcontext("moment"))
    monkeypatch.setattr(dumping.contents, "look", locked)
    monkeypatch.setattr(dumping.dump, "shape", lambda _one: shape)
    monkeypatch.setattr(dumping.servers, "databases", lambda _one: ["app"])
    (tmp_path / "roles.sql").write_text("")
    monkeypatch.setattr(
        dumping.Writer, "_save", lambda _self, _command, file: tmp_path / file, raising=True
    )
    with pytest.raises(MachineFailed, match=r"prod/db cannot be dumped: .* lock timeout") as error:
        dumping.Writer(project, found, tmp_path, "x").write()
    assert "30 seconds" in error.value.remedy
