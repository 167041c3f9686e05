"""`matrix` measures beside an installation, changes nothing of it, and leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from partywall.engines.embedded.supervise import processes
from partywall.model.app import Mount, Role
from partywall.model.world import Instance, World
from partywall.workflows.matrix import files
from scenarios.installation import Installation, tiny, until
from scenarios.running import Running

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(900)]

KEPT = "kept.txt"
"""A file that no worker writes into."""
QUICK = ("matrix", "dual", "shared", "--quick")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where scratch copies are."""
    made = tmp_path / "scratch"
    made.mkdir()
    made.chmod(0o755)
    return made


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Installation]:
    """The small app, not yet up."""
    with tiny(tmp_path / "user") as installation:
        yield installation


def environ(place: Path) -> dict[str, str]:
    """Scratch copies are made in a place of their own."""
    return {**os.environ, "TMPDIR": str(place)}


def measured(one: Installation, place: Path, *words: str, code: int = 0) -> Any:
    """The document of `matrix`."""
    done = one.call(*words, "--json", code=code, env=environ(place))
    return json.loads(done.out)


def living(place: Path) -> list[str]:
    """What still runs of a scratch copy."""
    found = []
    for pid in processes.pids():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            here = Path(f"/proc/{pid}/cwd").readlink()
        except OSError:
            continue
        if str(place).encode() in words or here.is_relative_to(place):
            found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


def assert_nothing_left(one: Installation, place: Path) -> None:
    """No program, no file and no record of a scratch copy."""
    until(lambda: not living(place), what=f"nothing runs: {living(place)}")
    assert list(place.iterdir()) == []
    assert not (one.home / "matrix" / "scratch.json").exists()


def as_it_is(one: Installation) -> dict[str, Any]:
    """Everything of an installation that somebody would miss, or see changed."""
    vaults = [one.vault(name, KEPT) for name in ("prod", "dev")]
    keys = ("prod/web", "prod/db", "dev/web", "dev/db", "machine/edge")
    return {
        "files": {name: digest for name, digest in one.tree().items() if "/matrix/" not in name},
        "vaults": {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in vaults},
        "rows": {name: one.query(name, "SELECT word FROM kept") for name in ("prod", "dev")},
        "processes": {key: one.process(key) for key in keys},
        "pages": {name: one.page(name) for name in ("prod", "dev")},
        "world": one.world().entries.keys(),
    }


def running(one: Installation, place: Path, *words: str) -> Running:
    """`matrix` at work."""
    return Running(one.command(*words), environ(place))


def break_off(one: Installation, place: Path) -> None:
    """Killed while something comes up, interrupted at rest, and killed while it is measured."""
    killed = running(one, place, *QUICK)
    killed.until_it_says("production alone: up")
    refused = one.call(*QUICK, code=3, env=environ(place))
    assert "matrix is being changed by `partywall matrix`" in refused.err
    until(lambda: any("postgres" in words for words in living(place)), what="a server")
    assert killed.ended_by(signal.SIGKILL) == -signal.SIGKILL
    assert (one.home / "matrix" / "scratch.json").exists()
    assert len(list(place.iterdir())) == 1

    interrupted = running(one, place, *QUICK)
    interrupted.until_it_says("dual (1 of 2): memory")
    assert "what an interrupted run left" in interrupted.said
    assert len(list(place.iterdir())) == 1
    assert interrupted.ended_by(signal.SIGINT) == 130
    assert_nothing_left(one, place)

    killed = running(one, place, *QUICK)
    killed.until_it_says("dual (1 of 2): the walls")
    assert killed.ended_by(signal.SIGKILL) == -signal.SIGKILL


def test_beside_a_live_installation_nothing_changes_and_nothing_is_left(
    one: Installation, place: Path
) -> None:
    one.call("up", "--yes")
    for name in ("prod", "dev"):
        one.query(name, "CREATE TABLE kept (word text)")
        one.query(name, f"INSERT INTO kept VALUES ('{name}')")
        one.vault(name, KEPT).write_text(name)
    before = as_it_is(one)
    break_off(one, place)
    document = measured(one, place, *QUICK)

    assert as_it_is(one) == before
    assert_nothing_left(one, place)
    assert document["not_measured"] == {}
    assert list(document["architectures"]) == ["dual", "shared"]
    for measured_one in document["architectures"].values():
        figures = measured_one["figures"]
        assert figures["parallel"] == {"environments": 2, "asked": 20, "both": 20}
        assert figures["walls"]["crossed"] == []
        assert sum(figures["walls"]["probes"]["database"].values()) >= 2
        assert figures["migration"]["worked"]
        assert not figures["migration"]["production_changed"]
        assert {"prod", "dev", "machine"} <= figures["taken"]["memory_bytes"].keys()
        assert "dev" not in figures["alone"]["memory_bytes"]
        assert figures["taken"]["running"] > figures["alone"]["running"]
        assert figures["taken"]["idle_cores"] >= 0
        seen = sum(figures["taken"]["memory_bytes"].values())
        assert sum(figures["taken"]["instance_bytes"].values()) == seen
        assert 0.8 <= figures["informed_bytes"] / seen <= 1.2
        (deploy,) = figures["changes"]
        assert deploy["kind"] == "deploy"
        assert deploy["asked"] > deploy["failed"] > 0  # this engine's updates have a gap
    dual, shared = (document["architectures"][name]["figures"] for name in ("dual", "shared"))
    assert shared["taken"]["running"] < dual["taken"]["running"]
    assert shared["effort"]["rights"] > dual["effort"]["rights"] == 0
    assert shared["effort"]["settings_lines"] == 1
    (burn,) = dual["burns"]
    assert burn["limits"] is False
    assert len(burn["quiet_ms"]) == len(burn["burning_ms"]) == 3, burn["why"]
    assert min(burn["burning_ms"]) > 0

    again = one.call(*QUICK, "--json", env=environ(place))
    assert json.loads(again.out) == document
    assert "measured before" in again.err
    assert "up" not in again.err.replace("--fresh", "").split()
    told = one.call(*QUICK, "--explain", env=environ(place)).out
    assert document["architectures"]["dual"]["explained"]["complexity"] in " ".join(told.split())
    assert_nothing_left(one, place)


def test_an_app_that_does_not_come_up_is_said_with_its_reason(
    one: Installation, place: Path
) -> None:
    one.edit("compose.yaml", "python -I -S job.py prepared", "python -c 'raise SystemExit(3)'")
    done = one.call("matrix", "dual", "--quick", code=1, env=environ(place))
    assert "no architecture could be measured: dual: production alone did not come up" in done.err
    assert "prepare" in done.err
    kept = json.loads((one.home / "matrix" / "embedded.json").read_text())
    assert kept["architectures"] == {}
    assert kept["not_measured"].keys() == {"dual"}
    assert_nothing_left(one, place)
    assert not (one.home / "state.json").exists()  # nothing of the user's own was made


def test_an_unknown_architecture_is_refused_before_anything(one: Installation, place: Path) -> None:
    done = one.call("matrix", "duel", code=2, env=environ(place))
    assert "did you mean `dual`?" in done.err
    assert not (one.home / "matrix").exists()


def test_of_a_repository_what_git_knows_or_would_know_is_copied(tmp_path: Path) -> None:
    for name in ("known.py", "new.py", "ignored.log", ".env.prod", "data/base", ".partywall/state"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".gitignore").write_text("*.log\n.env.*\n.partywall\n")
    for words in (("init", "-q"), ("add", "known.py", ".gitignore")):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    mount = Mount(kind="bind", source=str(tmp_path / "data"), target="/var/lib/postgresql")
    server = Instance(key="prod/db", service="db", role=Role.DATABASE, mounts=(mount,))
    found = files.wanted(tmp_path, World.of([server]), [tmp_path / ".env.prod"])
    assert {*map(str, found)} == {".env.prod", ".gitignore", "known.py", "new.py"}
