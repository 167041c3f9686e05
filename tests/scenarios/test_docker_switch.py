"""Containers take turns: what is written is kept, whoever fails is sent back, a crash is mended."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from partywall.execution import history, turn
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.installation import SECONDS, until
from scenarios.writers import Writer

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

DRIVER = Path(__file__).parents[1] / "faults" / "driver.py"
TAKE = """
    def do_POST(self):
        import socket
        self.rfile.read(int(self.headers["Content-Length"]))
        with socket.create_connection(("cache", 6379), 5) as cache:
            cache.sendall(f"RPUSH seen {self.path[1:]}\\r\\n".encode())
            taken = cache.recv(64).startswith(b":")
        self.send_response(200 if taken else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()
"""
"""What the page does with a number that is handed in: it answers when the cache has it."""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """A project whose environments take turns, up; a test leaves production switched on."""
    with neighbours(tmp_path_factory.mktemp("switch")) as (one, _):
        path = one.folder / "compose.yaml"
        said = yaml.safe_load(path.read_text())
        command = said["services"]["web"]["command"]
        command[-1] = command[-1].replace("    def log_message", f"{TAKE}    def log_message")
        path.write_text(yaml.safe_dump(said, sort_keys=False, width=1000))
        one.settings(architecture="profiles")
        one.call("up", "--yes")
        yield one


def pages(one: Boxes) -> tuple[str, str]:
    return one.page("prod"), one.page("dev")


def running(one: Boxes) -> set[str]:
    """The environments that have containers."""
    mark = '{{.Label "io.partywall.environment"}}'
    return {*docker("ps", "-a", "--filter", one.mark, "--format", mark)} - {"machine"}


def seen(one: Boxes, environment: str) -> list[int]:
    """The numbers that an environment's cache has."""
    return [int(word) for word in one.cached(environment, "lrange", "seen", "0", "-1").split()]


def more(writer: Writer, than: int) -> bool:
    return len(writer.taken) > than


def gap(said: str) -> float:
    (found,) = re.findall(r"neither answered for (\d+\.\d) s", said)
    return float(found)


def test_one_environment_stands_and_the_other_says_that_it_sleeps(one: Boxes) -> None:
    assert pages(one) == ("prod says hello", "503")
    assert running(one) == {"prod"}
    assert "no changes" in one.call("up", "--yes").out
    status = one.document("status")["environments"]
    assert [status[name]["asleep"] for name in ("prod", "dev")] == [False, True]
    assert "partywall switch dev" in one.call("up", "dev", "--yes", code=3).err
    assert "nothing was changed" not in one.call("switch", "dev", "--dry-run").text
    assert running(one) == {"prod"}


def test_ten_switches_lose_nothing_that_was_taken(one: Boxes) -> None:
    host = f"{one.name}.localhost"
    told: list[float] = []
    with Writer(one.port, host) as prod, Writer(one.port, f"dev.{host}") as dev:
        for number in range(10):
            to = ("dev", "prod")[number % 2]
            told.append(gap(one.call("switch", to, "--yes").out))
            assert running(one) == {to}
            writer = {"prod": prod, "dev": dev}[to]
            until(partial(more, writer, len(writer.taken)), what=f"{to} takes something")
    assert 0.5 < max(told) < 60
    assert prod.others == dev.others == []
    assert min(len(prod.taken), len(dev.taken), prod.away, dev.away) > 10
    # Nobody is ever answered by both: their turns do not overlap.
    longest = max(later - sooner for sooner, later in pairs(sorted(prod.when + dev.when)))
    assert longest <= max(told) + 2
    assert {*prod.taken} <= {*seen(one, "prod")}
    one.call("switch", "dev", "--yes")
    assert {*dev.taken} <= {*seen(one, "dev")}
    assert not {*seen(one, "dev")} - {*range(1, max(dev.taken) + 2)}
    one.call("switch", "prod", "--yes")


def pairs(times: list[float]) -> list[tuple[float, float]]:
    return list(pairwise(times))


def test_one_that_never_becomes_well_leaves_the_first_one_standing(one: Boxes) -> None:
    one.cached("prod", "set", "word", "kept")
    path = one.folder / "compose.yaml"
    kept = path.read_text()
    broken = "if os.environ['NAME'] == 'dev': raise SystemExit('broken on purpose')"
    path.write_text(kept.replace('print("ready"', f'{broken}\n          print("ready"'))
    if path.read_text() == kept:
        said = yaml.safe_load(kept)
        command = said["services"]["web"]["command"]
        command[-1] = command[-1].replace('print("ready"', f'{broken}\nprint("ready"')
        path.write_text(yaml.safe_dump(said, sort_keys=False, width=1000))
    try:
        told = one.call("switch", "dev", "--yes", code=1).err
    finally:
        path.write_text(kept)
    assert "dev was not switched on" in told
    assert "dev/web" in told
    assert "broken on purpose" in told
    assert "prod serves again; neither answered for" in told
    assert pages(one) == ("prod says hello", "503")
    assert running(one) == {"prod"}
    assert one.cached("prod", "get", "word") == "kept\n"
    assert "no changes" in one.call("up", "--yes").out
    assert history.unfinished(one.home) is None


@pytest.mark.parametrize(("place", "back"), [("end:instance", False), ("begin:job", True)])
def test_a_switch_that_was_killed_goes_on_or_back(one: Boxes, place: str, back: bool) -> None:
    one.cached("prod", "set", "word", "kept")
    done = subprocess.run(
        [sys.executable, str(DRIVER), f"SIGKILL:{place}", "-C", str(one.folder), "switch", "dev",
         "--yes"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
        env=one.environ(),
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert history.unfinished(one.home) is not None
    one.call("resume", *(["--back"] if back else []), "--yes")
    stands = "prod" if back else "dev"
    assert running(one) == {stands}
    assert turn.read(one.home) == stands
    assert pages(one) == (("prod says hello", "503") if back else ("503", "dev says hello"))
    assert "no changes" in one.call("up", "--yes").out
    one.call("switch", "prod", "--yes")
    assert one.cached("prod", "get", "word") == "kept\n"


def test_down_and_destroy_of_who_sleeps_and_who_stands(one: Boxes) -> None:
    one.call("down", "prod", "--yes")
    assert pages(one) == ("404", "503")
    one.call("up", "--yes")
    assert pages(one) == ("prod says hello", "503")
    one.call("switch", "dev", "--yes")
    one.call("destroy", "dev", "--yes")
    assert running(one) == set()
    one.call("up", "--yes")
    assert pages(one) == ("prod says hello", "503")
    assert one.cached("prod", "get", "word") == "kept\n"


def test_the_rendered_file_has_a_profile_for_each_and_runs_without_partywall(one: Boxes) -> None:
    one.call("switch", "dev", "--yes")
    one.cached("dev", "set", "word", "kept")
    rendered = one.home / "rendered"
    written = one.call("render").out.splitlines()
    assert ".partywall/rendered/all/compose.yaml" in written
    assert "docker compose --profile dev up -d" in (rendered / "README.md").read_text()
    assert "no changes" in one.call("up", "--yes").out

    one.call("down", "--all", "--yes")
    try:
        one.compose(rendered / "all", "--profile", "dev", "up", "-d", "--wait", "dev-web")
        names = docker("ps", "--filter", f"name={one.name}-", "--format", "{{.Names}}")
        assert set(names) == {f"{one.name}-dev-web-1", f"{one.name}-dev-cache-1"}
        # By the name that it has always had.
        asked = ("import socket; s = socket.create_connection(('cache', 6379), 5);"
                 " s.sendall(b'GET word\\r\\n'); print(s.recv(64).decode())")  # fmt: skip
        assert "kept" in docker("exec", f"{one.name}-dev-web-1", "python", "-c", asked)
        assert running(one) == set()
    finally:
        one.compose(rendered / "all", "--profile", "dev", "down")
    one.call("up", "--yes")
    assert pages(one) == ("503", "dev says hello")
    assert one.cached("dev", "get", "word") == "kept\n"
    one.call("switch", "prod", "--yes")
