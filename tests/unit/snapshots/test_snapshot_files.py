"""Which files a copy of a data directory has, and which of the log it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from partywall.data.postgres.snapshots import files
from partywall.data.postgres.snapshots.files import Former, copy_living, needed, skips
from partywall.model.errors import MachineFailed
from partywall.system.treecopy import Copied, Mode
from partywall.system.treerefresh import NOTHING

FIRST, LAST = "000000010000000000000003", "000000010000000000000005"


@pytest.mark.parametrize(
    "path",
    [
        "PG_VERSION",
        "global/pg_control",
        "base/5/1259",
        "base/5/pg_filenode.map",
        "pg_wal",
        "pg_replslot",
        "pg_xact/0000",
        "pg_twophase/00000000000002F1",
        "pg_logical/replorigin_checkpoint",
        "postgresql.auto.conf",
    ],
)
def test_what_a_server_cannot_make_anew_is_copied(path: str) -> None:
    assert not skips(path)


@pytest.mark.parametrize(
    "path",
    [
        "pg_wal/000000010000000000000003",
        "pg_wal/archive_status",
        "pg_replslot/standby",
        "postmaster.pid",
        "backup_label",
        "standby.signal",
        "base/pgsql_tmp",
        "base/pgsql_tmp/pgsql_tmp123.0",
        "base/5/pg_internal.init",
        "pg_stat_tmp/global.stat",
        "log/postgresql.log",
    ],
)
def test_what_would_mislead_the_copys_server_is_not(path: str) -> None:
    assert skips(path)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (FIRST, True),
        ("000000010000000000000004", True),
        (LAST, True),
        ("000000010000000000000002", False),
        ("000000010000000000000006", False),
        ("00000002.history", True),
        ("archive_status", False),
        ("000000010000000000000004.partial", False),
    ],
)
def test_of_the_log_all_from_the_beginning_to_the_end_of_the_backup(
    name: str, *, wanted: bool
) -> None:
    assert needed(name, FIRST, LAST) is wanted


def test_a_former_copy_that_is_dropped_meanwhile_is_built_upon_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "former"
    (place / "data" / "base").mkdir(parents=True)

    def overtaken(source: Path, target: Path, mode: Mode) -> Copied:
        del source, target, mode
        place.rename(tmp_path / ".former-dropped")
        return Copied()

    monkeypatch.setattr(files, "copy_tree", overtaken)
    backup: Any = None  # it is not even begun
    former = Former(data=place / "data", known=NOTHING)
    with pytest.raises(MachineFailed, match="was dropped meanwhile"):
        copy_living(backup, tmp_path, tmp_path / "new", Mode(by_reference=False), former)
