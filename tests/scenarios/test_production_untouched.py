"""Whatever is done to development, production's processes, rows, files and answers stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from partywall.engines.embedded.supervise import control
from scenarios.installation import Installation, until
from scenarios.load import Load

pytestmark = pytest.mark.scenario

REQUESTS = 2_000
LOOP = "import sys; sys.exit(9)"


def portrait(one: Installation) -> dict[str, Any]:
    """Everything of production that must not change."""
    vault = one.vault("prod", "")
    return {
        "processes": one.processes("prod"),
        "edge": one.processes("machine"),
        "restarts": {k: s.restarts for k, s in control.states(one.run).items() if k[:4] == "prod"},
        "rows": one.query("prod", "SELECT * FROM notes ORDER BY 1"),
        "files": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in vault.iterdir()
            if path.name != "alive.txt"
        },
        "routes": (one.home / "edge/fragments/tiny.prod.json").read_bytes(),
        "world": {k: e for k, e in one.world().entries.items() if k.startswith("prod/")},
        "records": {k: v for k, v in one.tree().items() if "/state/prod/" in k},
        "secrets": (one.home / "secrets/prod.json").read_bytes(),
        "page": one.page("prod"),
    }


@pytest.fixture(scope="module")
def busy(standing: Installation) -> Installation:
    standing.query("prod", "CREATE TABLE notes AS SELECT n FROM generate_series(1, 500) AS n")
    standing.vault("prod", "art.png").write_bytes(bytes(range(256)))
    return standing


@contextmanager
def untouched(one: Installation, least: int = 0) -> Iterator[Load]:
    """Production is the same before and after, and answers every request meanwhile."""
    before = portrait(one)
    host = f"tiny.localhost:{one.http_port}"
    with Load(one.http_port, host, "prod says hello\n", least) as load:
        yield load
    assert not load.failed, (len(load.failed), load.asked, load.failed[:5])
    assert load.asked >= least
    assert portrait(one) == before


def test_down_destroy_and_up_of_development(busy):
    with untouched(busy, REQUESTS) as load:
        while load.asked < REQUESTS // 2:
            busy.call("down", "dev", "--yes")
            busy.call("up", "dev", "--yes")
            busy.call("destroy", "dev", "--yes")
            busy.call("up", "dev", "--yes")
            busy.call("restart", "dev", "--yes")
    assert busy.page("dev") == "dev says hello\n"
    busy.assert_clean()


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("services: {web: [", 2, "compose.dev.yaml"),
        ("services: {web: {depends_on: [ghost]}}", 2, "ghost"),
        ("services: {web: {x-partywall: {run: python -I -S nothing.py}}}", None, "dev/web"),
    ],
    ids=["no-yaml", "unknown-service", "program-that-is-not-there"],
)
def test_a_broken_compose_override_of_development(busy, text, code, says):
    override = busy.folder / "compose.dev.yaml"
    override.write_text(text)
    files = ("-f", str(busy.folder / "compose.yaml"), "-f", str(override))
    with untouched(busy):
        for verb in ("plan", "up"):
            words = [*files, verb, "dev", *(["--yes"] if verb == "up" else [])]
            done = busy.call(*words, code=None)
            assert done.code == (code or (0 if verb == "plan" else 4)), done.text
        assert says in done.err
    override.unlink()
    busy.call("up", "dev", "--yes")
    assert busy.page("dev") == "dev says hello\n"


def test_a_missing_variable_of_development(busy, request):
    password = busy.env("dev")["REDIS_PASSWORD"]
    busy.set_env("dev", "REDIS_PASSWORD", None)
    request.addfinalizer(lambda: busy.set_env("dev", "REDIS_PASSWORD", password))
    with untouched(busy):
        for words in (("up", "dev", "--yes"), ("plan", "dev"), ("up", "--yes")):
            done = busy.call(*words, code=2)
            assert "REDIS_PASSWORD" in done.err
            assert ".env.dev" in done.err
        assert busy.steps("up", "prod", "--yes") == {}
        status = busy.document("status")["environments"]
        assert status["prod"]["healthy"]
        assert "REDIS_PASSWORD" in status["dev"]["unreadable"]
        busy.call("down", "dev", "--yes")
    busy.set_env("dev", "REDIS_PASSWORD", password)
    busy.call("up", "dev", "--yes")
    assert busy.page("dev") == "dev says hello\n"


def test_an_app_of_development_that_crashes_in_a_loop(busy):
    (busy.folder / "web.py").rename(busy.folder / "web.right")
    (busy.folder / "web.py").write_text(LOOP)
    before = control.state(busy.run, "dev/web").restarts
    with untouched(busy):
        done = busy.call("up", "dev", "--yes", code=4)
        assert "dev/web: it crashes again and again" in done.err
        assert "partywall logs dev web" in done.err
        until(lambda: control.state(busy.run, "dev/web").restarts >= before + 5)
        assert busy.document("status")["environments"]["dev"]["healthy"] is False
        busy.call("down", "dev", "--yes")
    (busy.folder / "web.right").replace(busy.folder / "web.py")
    busy.call("up", "--yes")
    assert busy.page("dev") == "dev says hello\n"
    busy.assert_clean()


def test_a_restored_folder_of_development_leaves_production_alone(busy):
    with untouched(busy):
        busy.call("destroy", "dev", "--yes")
        for one in busy.document("trash", "list")["trash"][:3]:
            busy.call("trash", "restore", one["id"])
        busy.call("up", "dev", "--yes")
    assert busy.page("dev") == "dev says hello\n"
