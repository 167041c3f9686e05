"""An engine that ends, loses power or has no room left: the next `up` converges, or says why."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.private_engine import PrivateEngine, private_engine
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.installation import until

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

IMAGES = ("caddy:2", "python:3.12-slim", "redis:7")


@pytest.fixture(scope="module")
def engine() -> Iterator[PrivateEngine]:
    """An engine of our own with the images of the small app."""
    with private_engine() as engine:
        engine.take(*IMAGES)
        yield engine


@pytest.fixture(scope="module")
def standing(engine: PrivateEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments, up on it; a test leaves them up."""
    del engine
    with neighbours(tmp_path_factory.mktemp("daemon")) as (one, _):
        one.call("up", "--yes")
        yield one


def whole(one: Boxes) -> None:
    """Everything is there and well, the data too; nothing is left to do."""
    assert (one.page("prod"), one.page("dev")) == ("prod says hello", "dev says hello")
    assert one.cached("prod", "get", "word") == "kept\n"
    assert one.document("plan")["changes"] == 0


def test_an_engine_restarted_in_the_middle_of_an_up(engine: PrivateEngine, standing: Boxes) -> None:
    standing.cached("prod", "set", "word", "kept")
    standing.call("destroy", "dev", "--yes")
    up = subprocess.Popen(
        standing.command("up", "dev", "--yes"), env=standing.environ(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    mine = "label=io.partywall.environment=dev"
    until(lambda: docker("ps", "-aq", "--filter", standing.mark, "--filter", mine))
    engine.stop()
    said = up.communicate(timeout=120)[1]
    assert up.returncode in (4, 5), said
    assert "Traceback" not in said
    assert standing.call("status", code=5).err.count("does not answer") == 1
    engine.start()
    assert "left half done" in standing.call("doctor", code=None).text
    standing.call("up", "--yes")
    whole(standing)


def test_after_the_power_was_gone_one_command_brings_everything_back(
    engine: PrivateEngine, standing: Boxes
) -> None:
    standing.cached("prod", "set", "word", "kept")
    engine.crash()
    engine.start()
    parts = standing.document("status", code=None)["environments"]["prod"]["services"]
    assert "not running" in parts["web"]["drift"]  # the app asks for no restart, the edge does
    until(lambda: standing.page("prod") in ("502", "503"), what="the edge is back by itself")
    standing.call("up", "--yes")
    whole(standing)


def test_what_restarts_by_itself_is_back_after_the_power_was_gone_with_the_same_routes(
    engine: PrivateEngine, standing: Boxes
) -> None:
    path = standing.folder / "compose.yaml"
    before = path.read_text()
    path.write_text(before.replace("    stop_grace_period: 2s\n", "    restart: always\n", 2))
    try:
        standing.call("up", "--yes")
        engine.crash()
        engine.start()
        until(lambda: standing.page("prod") == "prod says hello", what="the page")
        until(lambda: standing.page("dev") == "dev says hello", what="the page of dev")
        until(lambda: standing.document("plan")["changes"] == 0, what="nothing is left to do")
    finally:
        path.write_text(before)
    standing.call("up", "--yes")
    whole(standing)


@pytest.fixture
def little_room() -> Iterator[Path]:
    """A file system of its own with just enough room for the images."""
    with tempfile.TemporaryDirectory(prefix="pw-") as folder:
        disk, place = Path(folder) / "disk", Path(folder) / "data"
        place.mkdir()
        with disk.open("wb") as file:
            file.truncate(1400 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(disk)], check=True)
        subprocess.run(["mount", "-o", "loop", str(disk), str(place)], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)


def full(place: Path) -> None:
    """Let somebody else take nearly all the room that is left."""
    room = os.statvfs(place)
    with (place / "others").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_bsize - (60 << 20))


def test_a_full_disk_while_building_leaves_what_runs(little_room: Path, tmp_path: Path) -> None:
    with private_engine(little_room) as engine:
        engine.take(*IMAGES)
        with neighbours(tmp_path) as (one, _):
            one.call("up", "--yes")
            one.cached("prod", "set", "word", "kept")
            (one.folder / "Dockerfile").write_text(
                "FROM python:3.12-slim\nRUN head -c 200M /dev/zero > /made\n"
            )
            path = one.folder / "compose.yaml"
            before = path.read_text()
            path.write_text(before.replace("image: python:3.12-slim", "build: ."))
            full(little_room)
            said = one.call("up", "--yes", code=4)
            assert "no space left on device" in said.err
            assert "`docker system df` shows what takes it" in said.err
            assert (one.page("prod"), one.page("dev")) == ("prod says hello", "dev says hello")
            (little_room / "others").unlink()
            one.call("up", "--yes")
            whole(one)
