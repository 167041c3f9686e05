"""Up, change, down, destroy and back: each verb does what is due, says why, and is done once."""

from __future__ import annotations

import psycopg
import pytest
import yaml

from partywall.engines.embedded.supervise.processes import Process
from scenarios.installation import Installation

pytestmark = pytest.mark.scenario

CHANGING = ("up", "restart dev web", "down dev", "destroy dev", "down --all", "destroy --all")
APP = {"web", "worker", "vault", "job/prepare"}


def lines(installation: Installation, environment: str, name: str) -> int:
    return len(installation.vault(environment, name).read_text().splitlines())


def running(installation: Installation) -> set[Process]:
    return {*installation.processes("prod").values(), *installation.processes("dev").values()}


def test_an_environment_alone_and_then_the_other(fresh):
    planned = fresh.steps("up", "dev", "--dry-run")
    assert {key.split("/")[0] for key in planned} == {"dev", "machine"}
    fresh.call("up", "dev", "--yes")
    assert fresh.page("dev") == "dev says hello\n"
    assert fresh.get("tiny.localhost")[0] == 404
    assert not (fresh.folder / ".env.prod").exists()
    before = fresh.processes("dev")

    fresh.call("up", "prod", "--yes")
    assert fresh.page("prod") == "prod says hello\n"
    assert fresh.page("dev") == "dev says hello\n"
    assert fresh.processes("dev") == before
    assert fresh.steps("up", "--yes") == {}
    fresh.assert_clean()


def test_up_twice_says_no_changes_and_changes_nothing(standing):
    tree, processes = standing.tree(), running(standing)
    said = standing.call("up", "--yes").out
    assert "no changes" in said
    assert "no changes" in standing.call("plan").out
    assert (standing.tree(), running(standing)) == (tree, processes)


@pytest.mark.parametrize("verb", CHANGING)
def test_a_dry_run_changes_nothing(standing, verb):
    standing.set_env("dev", "WORD", "dry")
    tree, processes = standing.tree(), running(standing)
    words = verb.split()
    shown = standing.call(*words, "--dry-run").out
    steps = standing.steps(*words, "--dry-run")
    assert steps
    assert all(key.partition("/")[2].split("/")[-1] in shown for key in steps)
    assert (standing.tree(), running(standing)) == (tree, processes)
    standing.set_env("dev", "WORD", None)


def test_a_dry_run_before_anything_is_there_writes_nothing(fresh):
    before = fresh.tree()
    assert len(fresh.steps("up", "--dry-run")) > 20
    assert fresh.steps("plan") == fresh.steps("up", "--dry-run")
    assert fresh.tree() == before
    assert not fresh.home.exists()


def test_a_changed_variable_touches_only_who_uses_it(standing):
    prod, cache = standing.processes("prod"), standing.process("dev/cache")
    standing.set_env("dev", "WORD", "goodbye")
    planned = standing.steps("plan")
    assert planned == {
        f"dev/{name}": ("change", "environment WORD hello → goodbye") for name in sorted(APP)
    }
    standing.call("up", "dev", "--yes")
    assert standing.page("dev") == "dev says goodbye\n"
    assert standing.page("prod") == "prod says hello\n"
    assert (standing.processes("prod"), standing.process("dev/cache")) == (prod, cache)
    assert standing.steps("up", "dev", "--yes") == {}

    standing.set_env("dev", "WORD", None)
    standing.call("up", "dev", "--yes")
    assert standing.page("dev") == "dev says hello\n"
    assert lines(standing, "dev", "seeded.txt") == 1
    standing.assert_clean()


def test_a_changed_service_is_changed_in_both_environments(standing):
    standing.edit("compose.yaml", "run: python -I -S worker.py", "run: python -I -S -O worker.py")
    planned = standing.steps("plan")
    assert planned == {f"{name}/worker": ("change", "run changed") for name in ("dev", "prod")}
    before = standing.process("prod/web")
    standing.call("up", "--yes")
    assert standing.process("prod/web") == before
    assert standing.steps("up", "--yes") == {}


def test_a_changed_source_file_is_the_named_cause(standing):
    standing.edit("web.py", "says", "whispers")
    planned = standing.steps("plan")
    assert set(planned) == {"dev/web", "prod/web"}
    assert set(planned.values()) == {("change", "source changed")}
    standing.call("up", "dev", "--yes")
    assert standing.page("dev") == "dev whispers hello\n"
    assert standing.page("prod") == "prod says hello\n"
    assert set(standing.steps("plan")) == {"prod/web"}
    standing.edit("web.py", "whispers", "says")
    standing.call("up", "--yes")
    assert standing.page("dev") == "dev says hello\n"


def test_restart_gives_new_processes_and_nothing_else(standing):
    world, prod = standing.world(), standing.processes("prod")
    before = standing.processes("dev")
    assert set(standing.steps("restart", "dev", "web", "--yes")) == {"dev/web"}
    after = standing.processes("dev")
    assert {key for key in before if before[key] != after[key]} == {"dev/web"}
    assert standing.world() == world
    assert standing.processes("prod") == prod
    standing.assert_clean()


def test_down_keeps_data_and_up_brings_them_back(standing):
    standing.query("dev", "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    standing.vault("dev", "kept.txt").write_text("kept")
    world = standing.world()
    standing.call("down", "dev", "--yes")
    assert "no changes" in standing.call("down", "dev", "--yes").out
    assert standing.get("dev.tiny.localhost")[0] == 404
    standing.assert_clean()

    standing.call("up", "dev", "--yes")
    assert standing.world() == world
    assert standing.query("dev", "SELECT id FROM kept") == [(7,)]
    assert standing.vault("dev", "kept.txt").read_text() == "kept"
    assert lines(standing, "dev", "seeded.txt") == 1
    assert standing.steps("up", "--yes") == {}


def test_destroyed_data_come_back_from_the_trash(standing):
    standing.query("dev", "CREATE TABLE IF NOT EXISTS old (id int); INSERT INTO old VALUES (8)")
    world = standing.world()
    standing.call("destroy", "dev", "--yes")
    assert "no changes" in standing.call("destroy", "dev", "--yes").out
    assert not any(key.startswith("dev/") for key in standing.world().entries)
    found = standing.document("trash", "list")["trash"]
    assert {one["key"] for one in found} == {f"dev/volume/{n}" for n in ("rows", "keys", "vault")}
    for one in found:
        standing.call("trash", "restore", one["id"])
    assert standing.document("trash", "list") == {"trash": []}

    standing.call("up", "dev", "--yes")
    assert standing.world() == world
    assert standing.query("dev", "SELECT id FROM old") == [(8,)]
    assert lines(standing, "dev", "seeded.txt") == 1
    assert standing.steps("up", "--yes") == {}


def test_fresh_data_are_seeded_and_old_ones_are_not_overwritten(standing):
    standing.call("destroy", "dev", "--yes")
    found = {one["key"]: one["id"] for one in standing.document("trash", "list")["trash"]}
    standing.call("up", "dev", "--yes")
    assert lines(standing, "dev", "seeded.txt") == 1
    refused = standing.call("trash", "restore", found["dev/volume/vault"], code=3)
    assert "new data" in refused.err
    assert "do:" in refused.err
    standing.call("trash", "empty", "--yes")
    assert standing.document("trash", "list") == {"trash": []}


def test_a_new_password_of_the_database_keeps_the_rows(standing):
    old = standing.env("dev")["POSTGRES_PASSWORD"]
    standing.query("dev", "CREATE TABLE held (id int); INSERT INTO held VALUES (9)")
    prod = standing.processes("prod")
    standing.set_env("dev", "POSTGRES_PASSWORD", "a-new-pass-word")
    planned = standing.steps("plan")
    assert "dev/database/db" in planned
    assert all("POSTGRES_PASSWORD" in why for _, why in planned.values()), planned
    assert not any("a-new-pass-word" in why or old in why for _, why in planned.values())
    standing.call("up", "--yes")
    assert standing.query("dev", "SELECT id FROM held") == [(9,)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        standing.query("dev", "SELECT 1", password=old)
    assert standing.processes("prod") == prod
    assert standing.steps("up", "--yes") == {}
    standing.assert_clean()


def test_everything_down_everything_destroyed(fresh):
    fresh.call("up", "--yes")
    fresh.query("prod", "CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)")
    fresh.call("down", "--all", "--yes")
    assert fresh.left() == []
    assert "no changes" in fresh.call("down", "--all", "--yes").out
    fresh.call("up", "--yes")
    assert fresh.query("prod", "SELECT id FROM mine") == [(1,)]
    fresh.call("destroy", "--all", "--yes")
    assert fresh.left() == []
    assert not fresh.world().entries
    assert "no changes" in fresh.call("destroy", "--all", "--yes").out


def test_production_is_not_changed_without_being_asked_for(standing):
    tree, processes = standing.tree(), running(standing)
    for words in (("down", "prod"), ("destroy", "prod"), ("restart", "prod"), ("down", "--all")):
        refused = standing.call(*words, code=3)
        assert "--yes" in refused.err
    assert running(standing) == processes
    changed = {name for name, digest in standing.tree().items() if tree.get(name) != digest}
    assert not changed


def test_data_that_nothing_would_use_stay_in_the_trash(standing):
    settings, app = standing.folder / "partywall.yaml", standing.folder / "compose.yaml"
    known, said = settings.read_text(), app.read_text()
    standing.call("destroy", "dev", "--yes")
    found = {one["key"]: one["id"] for one in standing.document("trash", "list")["trash"]}
    rows = found["dev/volume/rows"]

    document = yaml.safe_load(known)
    del document["environments"]["dev"]
    settings.write_text(yaml.safe_dump(document, sort_keys=False))
    refused = standing.call("trash", "restore", rows, code=3).err
    assert "dev/volume/rows belongs to dev, which is not in the settings" in refused
    assert f"at: {settings}:" in refused
    assert "do: add the environment `dev`" in refused

    settings.write_text(known)
    app.write_text(said.replace("rows:", "lines:"))
    refused = standing.call("trash", "restore", rows, code=3).err
    assert "no service of dev has a volume `rows` any more" in refused
    assert f"at: {app}" in refused

    app.write_text(said)
    assert rows in {one["id"] for one in standing.document("trash", "list")["trash"]}
    assert not (standing.home / "data/dev/rows").exists()
    standing.call("trash", "restore", rows)
    assert "dev/volume/rows" not in standing.steps("up", "--dry-run")
    standing.call("destroy", "dev", "--yes")
    standing.call("trash", "empty", "--yes")
    standing.call("up", "--yes")
    standing.assert_clean()
