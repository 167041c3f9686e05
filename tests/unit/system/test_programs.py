"""Programs that are not here are named, with what to install."""

from __future__ import annotations

import pytest

from partywall.model.errors import MachineFailed
from partywall.system import programs


def test_what_is_here_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda name, **_: f"/sbin/{name}")
    programs.need("mkfs.xfs", "losetup")


@pytest.mark.parametrize(
    ("name", "package"), [("mkfs.xfs", "xfsprogs"), ("umount", "mount"), ("losetup", "util-linux")]
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, name: str, package: str) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)
    with pytest.raises(MachineFailed, match=f"{name} is not on this machine") as error:
        programs.run([name, "/srv"], "make the pool")
    assert f"apt-get install {package}" in error.value.remedy
