"""Files that somebody names on a command line, which may be none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from partywall.model.errors import MachineFailed
from partywall.system.files import write_where_named


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"a former one")
    write_where_named(path, b"new", 0o644)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_where_named(path, b"new")
        assert os.read(reading, 100) == b"new"
    finally:
        os.close(reading)
    assert path.is_fifo()


def test_what_leads_to_an_open_file_is_written_after_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("wb", buffering=0) as file:
        file.write(b"before ")
        write_where_named(Path(f"/proc/self/fd/{file.fileno()}"), b"new")
        assert os.path.samestat(os.fstat(file.fileno()), path.stat())
    assert path.read_bytes() == b"before new"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(MachineFailed, match="cannot write: is a directory"):
        write_where_named(tmp_path, b"new")
