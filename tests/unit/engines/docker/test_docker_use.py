"""Memory in use is what `docker stats` would say, for cgroup v1 and v2."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api
from partywall.engines.docker.use import figures, group, in_use, memory
from partywall.model.errors import MachineFailed

CAPTURES = Path(__file__).parents[3] / "captures" / "cgroups"
V1 = {"usage": 1000, "stats": {"total_inactive_file": 400, "inactive_file": 100}}
V2 = {"usage": 1000, "stats": {"inactive_file": 300}}
ID = (CAPTURES / "v1" / "cgroup").read_text().split()[0].rpartition("/")[2]
IN_USE = 27_774_976 - 360_448
"""`docker stats` said 26.14 MiB of the captured container."""


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        (V1, 600),
        (V2, 700),
        ({"usage": 1000}, 1000),
        ({"usage": 1000, "stats": {"inactive_file": 2000}}, 1000),
        ({}, None),
        ({"usage": 0}, None),
        (None, None),
    ],
)
def test_the_file_cache_is_left_out(said: dict[str, Any] | None, figure: int | None) -> None:
    assert in_use({"memory_stats": said}) == figure


@pytest.mark.parametrize(
    ("version", "folder"),
    [
        ("v1", f"/sys/fs/cgroup/memory/docker/{ID}"),
        ("v2", f"/sys/fs/cgroup/system.slice/docker-{ID}.scope"),
        ("systemd", f"/sys/fs/cgroup/partywall_shop_dev_0a1b2c.slice/docker-{ID}.scope"),
    ],
)
def test_the_group_of_a_container_is_found(version: str, folder: str) -> None:
    text = (CAPTURES / version / "cgroup").read_text()
    assert group(text, ID) == Path(folder)
    assert group(text, "0" * 64) is None  # the number is another process' here
    assert group("", ID) is None


def test_lines_of_a_memory_stat() -> None:
    assert figures("inactive_file 12\n\nodd\nhigh max\n") == {"inactive_file": 12}


class CountingApi(Api):
    """An engine with one container that runs, one that does not, and one that it stumbles over."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))

    def get(self, path: str, **query: object) -> Any | None:
        assert query == {"stream": False, "one-shot": True}
        if "broken" in path:
            raise MachineFailed("the Docker engine refuses")
        return {"/containers/a/stats": {"memory_stats": V2}}.get(path)


def inspected(name: str, pid: int = 0, *, running: bool = True) -> dict[str, Any]:
    return {"Id": name, "State": {"Running": running, "Pid": pid}}


def kernel(root: Path, version: str) -> Path:
    """The files of a kernel with one container, whose main process is 7."""
    (root / "proc/7").mkdir(parents=True)
    shutil.copy(CAPTURES / version / "cgroup", root / "proc/7/cgroup")
    found = group((root / "proc/7/cgroup").read_text(), ID)
    assert found is not None
    folder = root / found.relative_to("/")
    folder.mkdir(parents=True)
    for path in (CAPTURES / version).glob("memory.*"):
        shutil.copy(path, folder)
    return folder


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_kernel_is_asked_first(tmp_path: Path, version: str) -> None:
    kernel(tmp_path, version)
    assert memory(CountingApi(), [inspected(ID, 7)], tmp_path) == {ID: IN_USE}


@pytest.mark.parametrize("lost", ["memory.usage_in_bytes", "memory.stat"])
def test_of_another_kernel_or_without_its_files_the_engine_is_asked(
    tmp_path: Path, lost: str
) -> None:
    (kernel(tmp_path, "v1") / lost).unlink()
    asked = [inspected("a", 7), inspected(ID, 7)]
    assert memory(CountingApi(), asked, tmp_path) == {"a": 700}


def test_what_cannot_be_said_is_left_out(tmp_path: Path) -> None:
    asked = [inspected("a"), inspected("absent"), inspected("broken")]
    assert memory(CountingApi(), asked, tmp_path) == {"a": 700}


def test_nobody_asks_nothing(tmp_path: Path) -> None:
    assert memory(CountingApi(), [inspected("a", running=False)], tmp_path) == {}
