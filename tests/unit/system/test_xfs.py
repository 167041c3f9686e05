"""XFS: which one a file holds, and the commands that make, mount and grow one."""

import uuid
from pathlib import Path

import pytest

from partywall.model.errors import MachineFailed
from partywall.system import xfs

ID = uuid.UUID("7b1e0f2a-8d1c-4b7e-9c55-3f2d8a6b1c09")


def head(*, magic=b"XFSB", in_progress=0):
    made = bytearray(512)
    made[:4], made[32:48], made[126] = magic, ID.bytes, in_progress
    return bytes(made)


def test_a_superblock_is_understood():
    assert xfs.understand(head()) == (str(ID), True)
    assert xfs.understand(head(in_progress=1)) == (str(ID), False)


@pytest.mark.parametrize("data", [b"", b"XFSB", head(magic=b"\0\0\0\0"), head()[:511]])
def test_anything_else_is_none(data):
    assert xfs.understand(data) is None


def test_a_file_is_looked_at(tmp_path):
    assert xfs.look(tmp_path / "none") is None
    (tmp_path / "image").write_bytes(head() + bytes(4096))
    assert xfs.look(tmp_path / "image") == (str(ID), True)
    with pytest.raises(MachineFailed, match="directory"):
        xfs.look(tmp_path)


def test_commands_are_argument_lists():
    made = xfs.make(Path("/a b"), str(ID), "pw-1", over=False)
    assert made == ["mkfs.xfs", "-q", "-L", "pw-1", "-m", f"reflink=1,uuid={ID}", "/a b"]
    assert "-f" in xfs.make(Path("/a"), str(ID), "pw-1", over=True)
    assert xfs.grow(Path("/a b")) == ["xfs_growfs", "-d", "/a b"]
    assert xfs.mount("/i", Path("/f"), ("loop", "nodev")) == [
        "mount", "-t", "xfs", "-o", "loop,nodev", "/i", "/f",
    ]  # fmt: skip
