"""Processes take turns: the other environment's data wait, and whoever fails is sent back."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from partywall.execution import history, turn
from scenarios.installation import MAKAPIX, Installation, at_rest, tiny, until
from scenarios.writers import Writer

pytestmark = pytest.mark.scenario

DRIVER = Path(__file__).parents[1] / "faults" / "driver.py"
SMALL = {
    "services": {
        "web": {
            "image": "none",
            "expose": ["8080"],
            "environment": {
                "NAME": "${PARTYWALL_ENVIRONMENT}",
                "WORD": "hello",
                "VAULT_DIR": "/vault",
            },
            "volumes": ["vault:/vault"],
            "stop_grace_period": "1s",
            "x-partywall": {"run": "python -I -S web.py", "route": "/"},
        }
    },
    "volumes": {"vault": None},
}
MAIN = "def main() -> None:"
BREAKS = "assert os.environ['NAME'] != 'dev', 'on purpose'\n\n\n"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The small app in turns, up; a test leaves production switched on."""
    folder = tmp_path_factory.mktemp("switch")
    with tiny(folder, architecture="profiles") as installation:
        installation.call("up", "--yes")
        yield installation


def stands(one: Installation) -> set[str]:
    """The environments that have programs."""
    return {key.partition("/")[0] for key, _ in one.marked()} - {"machine"}


def notes(one: Installation, environment: str) -> list[int]:
    return [int(line) for line in one.vault(environment, "notes.txt").read_text().split()]


def test_switching_back_and_forth_keeps_what_was_taken(one: Installation) -> None:
    assert one.page("prod") == "prod says hello\n"
    assert stands(one) == {"prod"}
    assert one.get("dev.tiny.localhost")[0] == 503
    one.query("prod", "create table kept (word text); insert into kept values ('prod')")
    with Writer(one.http_port, "tiny.localhost") as prod:
        for to in ("dev", "prod"):
            said = one.call("switch", to, "--yes").out
            assert re.search(
                rf"^{to} is switched on; neither answered for \d+\.\d s$", said, re.MULTILINE
            )
            assert stands(one) == {to}
            assert "no changes" in one.call("up", "--yes").out
            if to == "dev":
                assert one.page("dev") == "dev says hello\n"
                assert one.get("tiny.localhost")[0] == 503
                assert one.vault("dev", "seeded.txt").read_text() == "dev\n"
    assert prod.away > 0
    assert prod.others == []
    assert {*prod.taken} <= {*notes(one, "prod")}
    assert one.query("prod", "select word from kept") == [("prod",)]
    # Its data wait, and are not filled a second time.
    document = one.document("switch", "dev", "--yes")
    assert document["on"] == "dev"
    assert document["former"] == "prod"
    assert 0 < document["away_seconds"] < 120
    assert one.vault("dev", "seeded.txt").read_text() == "dev\n"
    one.call("switch", "prod", "--yes")


def test_status_and_plan_know_who_sleeps(one: Installation) -> None:
    assert "dev.tiny.localhost" in one.call("status").out
    (line,) = [line for line in one.call("status").out.splitlines() if line.startswith("dev ")]
    assert "asleep" in line
    assert one.document("plan")["changes"] == 0
    assert "sleeps" in one.call("plan", "dev", code=3).err
    assert one.document("switch", "prod", "--dry-run")["changes"] == 0
    assert "there is no environment `stage`" in one.call("switch", "stage", code=2).err
    assert "nobody can be asked" in one.call("switch", "dev", code=3).err
    assert stands(one) == {"prod"}


def test_one_that_does_not_become_well_sends_the_first_one_back(one: Installation) -> None:
    one.edit("web.py", MAIN, f"{BREAKS}{MAIN}")
    try:
        told = one.call("switch", "dev", "--yes", code=1).err
        assert "dev was not switched on" in told
        assert "failed: create dev/web" in told
        assert "on purpose" in told
        assert "prod serves again; neither answered for" in told
        assert one.page("prod") == "prod says hello\n"
        assert stands(one) == {"prod"}
        assert one.document("plan")["changes"] <= 1  # the source of production's page is new
    finally:
        one.edit("web.py", f"{BREAKS}{MAIN}", MAIN)
        one.call("up", "--yes")


def test_killed_at_every_line_of_its_journal_it_takes_itself_back(tmp_path: Path) -> None:
    """Whatever kills the command, production serves again without anybody's help."""
    both = {"prod": {}, "dev": {"protected": False}}
    with tiny(tmp_path, architecture="profiles", environments=both) as app:
        (app.folder / "compose.yaml").write_text(yaml.safe_dump(SMALL))
        app.call("up", "--yes")
        app.vault("prod", "mine.txt").write_text("mine")
        app.call("switch", "dev", "--yes")
        app.call("switch", "prod", "--yes")
        world, run = app.world(), history.last(app.home)
        assert run is not None
        for line in range(1, len(run.events) + 2):
            command = [sys.executable, str(DRIVER), f"SIGKILL:{line}", *app.command()[3:]]
            done = subprocess.run([*command, "switch", "dev", "--yes"], check=False, stderr=-3)
            assert done.returncode == -signal.SIGKILL, line
            until(lambda: at_rest(app.home), what=f"it is taken back from line {line}")
            app.becomes(world)
            assert turn.read(app.home) == "prod", line
            assert app.page("prod") == "prod says hello\n"
            assert app.get("dev.tiny.localhost")[0] == 503
        assert app.vault("prod", "mine.txt").read_text() == "mine"
        assert app.steps("up", "--yes") == {}


def test_who_stands_and_is_destroyed_leaves_the_turn_to_production(one: Installation) -> None:
    one.call("switch", "dev", "--yes")
    one.call("destroy", "dev", "--yes")
    assert stands(one) == set()
    one.call("up", "--yes")
    assert stands(one) == {"prod"}
    assert one.page("prod") == "prod says hello\n"


def test_from_side_by_side_to_turns_and_back_keeps_the_data(one: Installation) -> None:
    def architecture(name: str) -> None:
        one.edit("partywall.yaml", f"architecture: {now[0]}", f"architecture: {name}")
        now[0] = name
        one.call("up", "--yes")

    def trash() -> list[str]:
        return [it["id"] for it in one.document("trash", "list")["trash"]]

    now = ["profiles"]
    before = trash()
    architecture("dual")
    assert stands(one) == {"prod", "dev"}
    one.vault("dev", "mine.txt").write_text("mine")
    for name in ("profiles", "snapshots", "flags"):
        architecture(name)
        assert stands(one) == {"prod"}
        assert one.page("prod") == "prod says hello\n"
        assert "no changes" in one.call("up", "--yes").out
        assert one.vault("dev", "mine.txt").read_text() == "mine"
        assert trash() == before
    assert "dev  not made: production stands alone" in one.call("status").out
    assert "`flags: on`, and no flag is defined yet" in one.call("plan").out
    found = one.document("doctor", code=None)["findings"]
    assert not [it for it in found if it["check"] == "drift"]
    assert "with `presence: single` only production does" in one.call("up", "dev", code=3).err
    refused = one.call("exec", "dev", "web", "--yes", "--", "true", code=2).err
    assert "with `presence: single` it does not" in " ".join(refused.split())
    assert "environments do not take turns" in one.call("switch", "dev", code=2).err
    architecture("dual")
    assert one.vault("dev", "mine.txt").read_text() == "mine"
    architecture("profiles")


def test_the_reference_app_takes_turns(tmp_path: Path) -> None:
    with contextlib.closing(
        Installation(MAKAPIX, tmp_path / "makapix", {"architecture": "profiles"})
    ) as app:
        app.call("up", "--yes")
        assert app.get("makapix.localhost", "/api/posts")[0] == 200
        assert app.query("prod", "SELECT count(*) FROM posts") == [(0,)]
        app.call("switch", "dev", "--yes")
        (seeded,) = app.query("dev", "SELECT count(*) FROM posts")
        assert seeded > (0,)
        password = app.env("dev")["PARTYWALL_PASSWORD"]
        assert app.get("dev.makapix.localhost", "/api/posts", password=password)[0] == 200
        for path in ("/", "/api/posts"):
            assert app.get("makapix.localhost", path)[0] == 503
        app.call("switch", "prod", "--yes")
        assert app.query("prod", "SELECT count(*) FROM posts") == [(0,)]
        app.call("switch", "dev", "--yes")
        assert app.query("dev", "SELECT count(*) FROM posts") == [seeded]
        app.assert_clean()


def test_what_both_would_write_is_refused_although_one_sleeps(tmp_path: Path) -> None:
    with tiny(tmp_path, architecture="profiles") as app:
        app.edit("compose.yaml", "      - vault:/vault\n", "      - ./mine:/vault\n")
        said = app.call("up", "--yes", code=3).err
        assert "both claim the folder ./mine" in said
        assert app.marked() == []
