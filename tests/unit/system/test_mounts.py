"""The kernel's table of mounts, understood."""

from pathlib import Path

from partywall.system import mounts

TABLE = (
    "24 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"
    "30 24 7:3 / /srv/my\\040app/pool rw,nosuid,nodev,noatime shared:9 master:1 - xfs /dev/loop3 "
    "rw,attr2\n"
    "31 24 0:40 / /srv/gone ro - tmpfs tmpfs rw\n"
    "32 24 0:41 / /srv/gone rw - ext4 /dev/vdb ro\n"
    "a broken line\n"
)


def at(folder: str, tmp_path: Path) -> mounts.Mount | None:
    (tmp_path / "mountinfo").write_text(TABLE)
    return mounts.at(Path(folder), tmp_path / "mountinfo")


def test_what_is_mounted_at_a_folder(tmp_path: Path) -> None:
    found = at("/srv/my app/pool", tmp_path)
    assert found is not None
    assert (found.kind, found.source, found.read_only) == ("xfs", "/dev/loop3", False)
    assert found.options >= {"nosuid", "attr2"}


def test_the_topmost_counts_and_either_may_forbid_to_write(tmp_path: Path) -> None:
    found = at("/srv/gone", tmp_path)
    assert found is not None
    assert (found.kind, found.read_only) == ("ext4", True)


def test_nothing_is_mounted_at_a_folder_below(tmp_path: Path) -> None:
    assert at("/srv/my app/pool/clones", tmp_path) is None
    assert at("/srv", tmp_path) is None


def test_the_kernel_s_own_table_is_understood() -> None:
    assert mounts.at(Path("/proc")) is not None
