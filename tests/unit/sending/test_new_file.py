"""A file that has its name when it is whole, and never another one's."""

from __future__ import annotations

import errno
import os

import pytest

from partywall.model.errors import MachineFailed, Refused
from partywall.system import newfile
from partywall.system.newfile import NewFile


@pytest.fixture(params=["nameless", "named", "named, no links"])
def way(request, monkeypatch):
    """What the file system can do."""

    def refuse(*_words, **_more):
        raise OSError(errno.EOPNOTSUPP, "not here")

    opening = os.open

    def no_nameless(path, flags, *rest, **more):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            refuse()
        return opening(path, flags, *rest, **more)

    if request.param != "nameless":
        monkeypatch.setattr(newfile.os, "open", no_nameless)
    if request.param == "named, no links":
        monkeypatch.setattr(newfile.os, "link", refuse)
    return request.param


def test_it_has_no_name_before_it_is_whole(way, tmp_path):
    path = tmp_path / "a"
    file = NewFile(path)
    file.give(b"one")
    file.give(b"two")
    assert not path.exists()
    assert list(tmp_path.iterdir()) == [] or way != "nameless"
    file.keep()
    assert path.read_bytes() == b"onetwo"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_dropped_leaves_nothing(way, tmp_path):
    file = NewFile(tmp_path / "a")
    file.give(b"one")
    file.drop()
    file.drop()
    assert list(tmp_path.iterdir()) == []


def test_another_file_stays_also_when_it_comes_late(way, tmp_path):
    path = tmp_path / "a"
    file = NewFile(path)
    path.write_text("precious")
    with pytest.raises(Refused, match="is there already"):
        file.keep()
    file.drop()
    with pytest.raises(Refused, match="is there already"):
        NewFile(path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(MachineFailed, match="cannot write"):
        NewFile(tmp_path / "no" / "a")
