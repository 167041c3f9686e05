"""Containers take turns: what is written is kept, whoever fails is sent back, a crash is mended."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from partywall.execution import history, turn
from scenarios.boxes import docker
from scenarios.installation import SECONDS, at_rest, until
from scenarios.turns import Turns, gap
from scenarios.writers import Writer

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

DRIVER = Path(__file__).parents[1] / "faults" / "driver.py"
DRAIN = 5
"""Seconds for which requests under way are waited for; these are answered within the gap."""
PROD, DEV = ("prod says hello", "503"), ("503", "dev says hello")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turns]:
    """A project whose environments take turns, up; a test leaves production switched on."""
    made = Turns(tmp_path_factory.mktemp("switch"))
    try:
        made.call("up", "--yes")
        yield made
    finally:
        made.close()


def more(writer: Writer, than: int) -> bool:
    return len(writer.taken) > than


def test_one_environment_stands_and_the_other_says_that_it_sleeps(one: Turns) -> None:
    assert one.pages() == PROD
    assert one.running() == {"prod"}
    assert one.turned_away("dev", 300_000) == (503, "10")
    assert "no changes" in one.call("up", "--yes").out
    status = one.document("status")["environments"]
    assert [status[name]["asleep"] for name in ("prod", "dev")] == [False, True]
    assert "partywall switch dev" in one.call("up", "dev", "--yes", code=3).err
    assert one.document("switch", "dev", "--dry-run")["changes"] > 5
    assert one.running() == {"prod"}


@pytest.mark.timeout(600)
def test_ten_switches_lose_nothing_that_was_taken(one: Turns) -> None:
    told: list[float] = []

    def switch(to: str, writer: Writer) -> None:
        told.append(gap(one.call("switch", to, "--yes").out))
        assert one.running() == {to}
        until(partial(more, writer, len(writer.taken)), what=f"{to} takes something")

    with one.writer("prod") as prod:
        with one.writer("dev") as dev:
            for number in range(9):
                switch(*(("dev", dev), ("prod", prod))[number % 2])
        assert_kept(one, "dev", dev)
        switch("prod", prod)
    assert_kept(one, "prod", prod)
    # Neither is ever answered while the other is, and what is said of the time between is true.
    turns = sorted([(at, "prod") for at in prod.when] + [(at, "dev") for at in dev.when])
    pairs = pairwise(turns)
    between = [later[0] - sooner[0] for sooner, later in pairs if sooner[1] != later[1]]
    assert len(between) == len(told) == 10
    longer = [seen - said for seen, said in zip(between, told, strict=True)]
    assert max(longer) < 2, (longer, told)
    assert min(longer) > -DRAIN - 2, (longer, told)
    assert abs(median(longer)) < 1, (longer, told)


def assert_kept(one: Turns, environment: str, writer: Writer) -> None:
    """Every number that was acknowledged is in every store, and nobody was answered otherwise."""
    assert writer.others == []
    assert min(len(writer.taken), writer.away) > 10
    for service, numbers in one.kept(environment).items():
        assert {*writer.taken} <= numbers, (environment, service)


@pytest.mark.parametrize(
    ("mark", "key", "says"),
    [("dev.sick", "dev/web", "answered 500"), ("dev.job", "dev/job/prepare", "broken on purpose")],
)
def test_one_that_never_becomes_well_leaves_the_first_one_standing(
    one: Turns, mark: str, key: str, says: str
) -> None:
    before = one.kept("prod")
    with one.marked(mark):
        told = one.call("switch", "dev", "--yes", code=1).err
    assert "dev was not switched on" in told
    assert f"failed: create {key}" in told
    assert says in told
    assert "prod serves again; neither answered for" in told
    assert one.pages() == PROD
    assert one.running() == {"prod"}
    assert one.kept("prod") == before
    assert "no changes" in one.call("up", "--yes").out
    assert history.unfinished(one.home) is None


def test_a_port_that_was_taken_meanwhile_and_then_neither_starts(one: Turns) -> None:
    one.call("switch", "dev", "--yes")
    with socket.create_server(("127.0.0.1", one.cache_port)):
        told = one.call("switch", "prod", "--yes", code=1).err
        assert "failed: create prod/cache" in told
        assert "dev serves again" in told
        assert one.pages() == DEV
        with one.marked("dev.job"):
            told = " ".join(one.call("switch", "prod", "--yes", code=4).err.split())
        assert "failed: create prod/cache" in told
        assert "nor does dev serve again, so nobody does" in told
        assert "failed: create dev/job/prepare" in told
        assert "`partywall resume` starts dev" in told
        assert one.pages() == ("503", "503")
        one.call("resume", "--yes")
        assert one.pages() == DEV
    one.call("switch", "prod", "--yes")
    assert one.pages() == PROD


def killed(one: Turns, fuse: str) -> None:
    """Switch to development, and be killed on the way."""
    done = subprocess.run(
        [sys.executable, str(DRIVER), fuse, "-C", str(one.folder), "switch", "dev", "--yes"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
        env=one.environ(),
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert history.unfinished(one.home) is not None


@pytest.mark.parametrize("place", ["end:instance", "begin:job"])
def test_a_switch_that_was_killed_takes_itself_back(one: Turns, place: str) -> None:
    before = one.kept("prod")
    killed(one, f"SIGKILL:{place}")
    until(lambda: at_rest(one.home), what="somebody takes it back")
    assert "no changes" in one.call("up", "--yes").out
    assert turn.read(one.home) == "prod"
    assert one.pages() == PROD
    assert one.running() == {"prod"}
    assert one.kept("prod") == before


def test_after_a_power_cut_it_goes_on_when_somebody_says_so(one: Turns) -> None:
    killed(one, "POWER:end:instance")
    one.call("resume", "--yes")
    assert one.running() == {"dev"}
    assert turn.read(one.home) == "dev"
    assert one.pages() == DEV
    assert "no changes" in one.call("up", "--yes").out


def test_the_rendered_file_has_a_profile_for_each_and_runs_without_partywall(one: Turns) -> None:
    rendered = one.home / "rendered"
    written = one.call("render").out.splitlines()
    assert ".partywall/rendered/all/compose.yaml" in written
    assert "docker compose --profile dev up -d" in (rendered / "README.md").read_text()
    docker("exec", f"{one.name}-dev-cache-1", "redis-cli", "set", "word", "kept")
    one.call("down", "--all", "--yes")
    try:
        one.compose(rendered / "all", "--profile", "dev", "up", "-d", "--wait", "dev-web")
        names = docker("ps", "--filter", f"name={one.name}-", "--format", "{{.Names}}")
        services = {"dev-web", "dev-cache", "dev-db"}
        assert set(names) == {f"{one.name}-{service}-1" for service in services}
        # By the name that it has always had.
        asked = ("import socket; s = socket.create_connection(('cache', 6379), 5);"
                 " s.sendall(b'GET word\\r\\n'); print(s.recv(64).decode())")  # fmt: skip
        assert "kept" in docker("exec", f"{one.name}-dev-web-1", "python", "-c", asked)
        assert one.running() == set()
    finally:
        one.compose(rendered / "all", "--profile", "dev", "down")
    one.call("up", "--yes")
    assert one.pages() == DEV


def test_who_sleeps_is_not_handed_back_and_who_is_destroyed_gives_the_turn_back(one: Turns) -> None:
    refused = one.call("leave", "--yes", code=3).err
    assert "prod sleeps" in refused
    assert "partywall switch prod" in refused
    assert one.pages() == DEV
    one.call("destroy", "dev", "--yes")
    assert one.running() == set()
    one.call("up", "--yes")
    assert one.document("leave", "--dry-run")["ends"] == ["dev"]
    one.call("down", "prod", "--yes")
    assert one.pages() == ("404", "503")
    one.call("up", "--yes")
    assert one.pages() == PROD
