"""Whether a server's files can be copied as they lie, and what is said when it ends meanwhile."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from partywall.data.postgres.schemas.seat import Login
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.workflows.snapshots import source

HOME: Any = SimpleNamespace(database=SimpleNamespace(server="prod/db", name="app"))
PROJECT: Any = SimpleNamespace(engine=SimpleNamespace(reach=lambda: None))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with a log in it."""
    (tmp_path / "pg_wal").mkdir()
    (tmp_path / "pg_wal" / "000000010000000000000001").touch()
    return tmp_path


def test_a_log_among_the_data_is_copied_with_them(data: Path) -> None:
    assert source.log_elsewhere(data) == ""
    assert source.log_elsewhere(None) == ""


def test_a_log_that_is_a_link_is_elsewhere(data: Path) -> None:
    (data / "pg_wal").rename(data / "away")
    (data / "pg_wal").symlink_to(data / "away")
    assert "is a link" in source.log_elsewhere(data)


def test_a_folder_on_which_something_is_mounted_inside_is_empty_here(data: Path) -> None:
    (data / "pg_wal" / "000000010000000000000001").unlink()
    assert "is empty here" in source.log_elsewhere(data)


def test_a_log_on_a_file_system_of_its_own_is_elsewhere(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.stat

    def stat(path: Path, **more: Any) -> Any:
        found = real(path, **more)
        other = path.name == "pg_wal"
        return SimpleNamespace(st_dev=found.st_dev + other, st_mode=found.st_mode)

    monkeypatch.setattr(Path, "stat", stat)
    assert "a file system of its own" in source.log_elsewhere(data)


def test_a_log_that_nobody_finds_is_said(tmp_path: Path) -> None:
    assert "cannot be read: no such file" in source.log_elsewhere(tmp_path)


def test_a_server_that_ends_meanwhile_is_no_mistake_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "terminating connection due to administrator command\nSSL connection has been closed"
    monkeypatch.setattr(source, "connect", lambda *_, **__: nullcontext())
    admin = Login(user="app", password=Secret("x"))
    with (
        pytest.raises(MachineFailed, match="prod/db did not do its part: terminating") as caught,
        source.connected(cast("Any", PROJECT), HOME, admin),
    ):
        raise psycopg.OperationalError(said)
    assert "partywall logs prod db" in caught.value.remedy
