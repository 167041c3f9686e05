"""Lines of the table of what is mounted: ours are added and taken out, others stay as they are."""

from pathlib import Path

import pytest

from partywall.system import fstab

OTHERS = (
    "# /etc/fstab: static file system information.\n"
    "UUID=0a3407de / ext4 errors=remount-ro 0 1\n"
    "\t/dev/sdb1\t/srv xfs\tdefaults,x-partywall.pool=other  0 0\n"
    "# partywall pool other: it goes with `partywall pool remove`\n"
    "#/srv/pool.img /srv/pool xfs loop,x-partywall.pool=mine 0 0\n"
    "broken line\n"
)
LINE = fstab.line("/srv/my app/pool.img", Path("/srv/my app/pool"), "xfs", ("loop",), "mine")


def test_a_line_says_whose_it_is_and_escapes_what_would_end_a_field():
    assert LINE == (
        "/srv/my\\040app/pool.img /srv/my\\040app/pool xfs loop,x-partywall.pool=mine 0 0"
    )
    odd = fstab.line("/a\\b\tc\nd#e", Path("/f"), "xfs", (), "m")
    assert odd == "/a\\134b\\011c\\012d\\043e /f xfs x-partywall.pool=m 0 0"


@pytest.mark.parametrize("text", ["", OTHERS, OTHERS.rstrip("\n")])
def test_ours_come_and_go_and_others_stay(text):
    added = fstab.with_line(text, "mine", LINE)
    assert fstab.ours(added, "mine") == [LINE]
    assert added.startswith(text)
    assert fstab.with_line(added, "mine", LINE) == added
    assert fstab.without(added, "mine").rstrip("\n") == text.rstrip("\n")


def test_a_line_of_before_is_replaced():
    former = fstab.with_line(OTHERS, "mine", LINE.replace("/srv", "/old"))
    text = fstab.with_line(former, "mine", LINE)
    assert fstab.ours(text, "mine") == [LINE]
    assert fstab.ours(text, "other") == fstab.ours(OTHERS, "other") != []
    assert fstab.without(text, "mine") == OTHERS


def test_it_is_written_only_when_it_differs_and_keeps_its_mode(tmp_path):
    path = tmp_path / "fstab"
    assert fstab.read(path) == ""
    assert fstab.write(path, OTHERS)
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    assert not fstab.write(path, OTHERS)
    assert fstab.write(path, "")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link_and_odd_bytes_stay_as_they_are(tmp_path):
    (tmp_path / "real").write_bytes(b"# caf\xe9\n")
    (tmp_path / "fstab").symlink_to("real")
    text = fstab.with_line(fstab.read(tmp_path / "fstab"), "mine", LINE)
    assert fstab.write(tmp_path / "fstab", text)
    assert (tmp_path / "fstab").is_symlink()
    assert (tmp_path / "real").read_bytes().startswith(b"# caf\xe9\n# partywall pool mine:")
