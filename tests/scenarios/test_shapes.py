"""Shapes of apps that people have: no volume, no order of start, a log that tells too much."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from scenarios.bad_input.ground import Ground

pytestmark = pytest.mark.scenario

UP = ("up", "dev", "--yes")
STORES = """\
  early:
    image: small
    environment:
      REDIS_URL: redis://zcache:6379/0
      DB_HOST: zdb
    x-partywall: {run: sleep 1000}
  zcache:
    image: redis:7
  zdb:
    image: postgres:18
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD}
"""
TELLS = """\
  teller:
    image: small
    environment:
      API_TOKEN: ${API_TOKEN}
    x-partywall: {run: "sh -c 'echo it is $$API_TOKEN; exit 1'"}
"""
BOUND = """\
  proxy:
    image: small
    volumes: ["./proxy.conf:/etc/proxy/proxy.conf", "/etc/localtime:/etc/localtime"]
    x-partywall: {run: sleep 1000}
"""
WRITES = """\
  writer:
    image: small
    volumes: ["./kept:/kept"]
    x-partywall: {run: sleep 1000}
"""
NAMES = """\
    container_name: front
    hostname: page
    networks: {default: {aliases: [site]}}
  caller:
    image: small
    links: ["web:linked"]
    environment:
      BY_ALIAS: http://site:8080/
      BY_CONTAINER_HOST: front
      BY_HOSTNAME: http://page:8080/
      BY_LINK: http://linked:8080/
      BY_NAME: http://web:8080/
    x-partywall: {run: sleep 1000}
"""
ONCE = """\
  report:
    image: small
    restart: "no"
    x-partywall: {run: "sh -c 'echo it is made'"}
"""
ENDS = """\
  quick:
    image: small
    x-partywall: {run: "true"}
"""
UNWELL = """\
  unwell:
    image: small
    x-partywall: {run: sleep 1000}
    healthcheck: {test: [CMD, "false"], interval: 0.2s, retries: 2, start_period: 0s}
"""
AFTER = """\
  after:
    image: small
    depends_on: {first: {condition: service_healthy}}
    x-partywall: {run: sleep 1000}
"""


def test_stores_without_volumes_and_clients_that_wait_for_nobody(ground):
    ground.service(STORES)
    said = ground.call(*UP)
    assert said.code == 0, said.err
    seen = ground.call("exec", "dev", "early", "--", "env").out
    values = dict(line.partition("=")[::2] for line in seen.splitlines())
    assert values["REDIS_URL"].startswith("redis://127.")
    assert values["DB_HOST"].startswith("127.")
    alive = ground.call("exec", "dev", "zcache", "--", "sh", "-c", "test -d . && echo here")
    assert alive.out == "here\n"
    assert json.loads(ground.call("plan", "dev", "--json").out)["changes"] == 0


def test_each_environment_shows_its_own_limit(ground):
    ground.edit("partywall.yaml", "engine:", "architecture: [dual, limits]\nengine:")
    ground.edit("partywall.yaml", "dev: {}", "dev: {limits: {memory: 512M}}\n  later: {}")
    assert ground.call("up", "--yes").code == 0
    shown = json.loads(ground.call("status", "--json").out)["environments"]["dev"]["services"]
    assert {one["limit_bytes"] for one in shown.values()} == {512 << 20}


def test_a_branch_that_would_have_no_effect_is_refused(ground):
    ground.edit("partywall.yaml", "dev: {}", "dev: {branch: feature}")
    said = ground.call("plan")
    assert said.code == 2
    assert "branch: feature" in said.what
    assert "partywall.yaml:" in said.part("at")


def test_a_secret_in_a_log_is_in_no_error(ground):
    ground.service(TELLS)
    ground.write(".env.dev", "API_TOKEN=canary-in-a-log\n")
    said = ground.call(*UP)
    assert said.code == 4
    assert "it is ****" in said.err
    assert "canary-in-a-log" not in said.err + said.out


def test_a_service_that_comes_restarts_no_other(ground):
    ground.service(STORES)
    (ground.folder / "proxy.conf").write_text("listen\n")
    assert ground.call("up", "--yes").code == 0
    ground.service(BOUND)
    steps = json.loads(ground.call("plan", "--json").out)["steps"]
    assert {(step["key"], step["action"]) for step in steps} == {
        ("prod/proxy", "create"),
        ("dev/proxy", "create"),
    }
    assert ground.call("up", "--yes").code == 0
    assert ground.changes() == 0


def test_no_two_environments_write_to_one_folder(ground):
    ground.service(WRITES)
    said = ground.call("up", "--yes")
    assert said.code == 3
    assert "dev/writer and prod/writer both claim the folder ./kept" in said.what
    assert "${KEPT_FOLDER:-./kept}" in said.part("do")
    assert "KEPT_FOLDER=./kept-dev into .env.dev" in said.part("do")
    ground.edit("compose.yaml", "./kept:", "${KEPT_FOLDER:-./kept}:")
    ground.write(".env.dev", "KEPT_FOLDER=./kept-dev\n").chmod(0o600)
    assert ground.call("up", "--yes").code == 0


def test_nobody_reads_what_development_writes(ground):
    ground.service(WRITES.replace("./kept:/kept", "./kept:/kept:${MODE}"))
    for name, mode in (("prod", "ro"), ("dev", "rw")):
        ground.write(f".env.{name}", f"MODE={mode}\n").chmod(0o600)
    said = ground.call("up", "--yes")
    assert said.code == 3
    assert "where prod/writer would read what the other writes" in said.what


def test_what_is_not_to_be_restarted_runs_once(ground):
    ground.service(ONCE)
    assert ground.call(*UP).code == 0
    assert ground.changes() > 0  # of prod
    assert json.loads(ground.call("plan", "dev", "--json").out)["changes"] == 0
    assert ground.call("logs", "dev", "report").out == "it is made\n"


def test_what_ends_well_is_told_how_to_run_once(ground):
    ground.service(ENDS)
    said = ground.call(*UP)
    assert said.code == 4
    assert "it ends again and again, with exit code 0" in said.err
    assert "`services: {quick: {role: job}}` in partywall.yaml" in " ".join(said.err.split())
    ground.settings("services: {quick: {role: job}}\n")
    assert ground.call(*UP).code == 0


def test_a_health_check_that_says_no_is_believed_at_once(ground):
    ground.service(UNWELL)
    began = time.monotonic()
    said = ground.call(*UP)
    assert time.monotonic() - began < 60
    assert said.code == 4
    assert "dev/unwell: it is unhealthy" in said.err


def test_other_names_of_a_service_lead_to_it(ground):
    ground.service(NAMES)
    assert ground.call(*UP).code == 0
    seen = ground.call("exec", "dev", "caller", "--", "env").out
    values = dict(line.partition("=")[::2] for line in seen.splitlines())
    address = values["BY_NAME"]
    assert address.startswith("http://127.")
    assert {values["BY_ALIAS"], values["BY_HOSTNAME"], values["BY_LINK"]} == {address}
    assert values["BY_CONTAINER_HOST"] in address


@pytest.mark.parametrize("verb", ["status", "doctor", "plan", "env dev", "logs dev", "trash list"])
def test_a_folder_without_an_app_is_left_as_it_is(ground, verb):
    inner = ground.folder / "inner"
    inner.mkdir()
    said = ground.call("-C", str(inner), "--engine", "embedded", *verb.split())
    assert said.code == 2
    assert "no Compose file in this folder: compose.yaml, compose.yml, docker-" in said.what
    assert said.part("at") == str(inner)
    assert f"go to {ground.folder}, where compose.yaml is" in said.part("do")
    assert "`-f FILE`" in said.part("do")
    assert list(inner.iterdir()) == []


def test_a_compose_file_may_be_named_by_a_variable(ground):
    (ground.folder / "compose.yaml").rename(ground.folder / "app.yaml")
    (ground.folder / "partywall.yaml").unlink()
    ground.write(".env", "COMPOSE_FILE=app.yaml\n")
    assert ground.call("--engine", "embedded", "plan", "dev").code == 0


def found(ground, check):
    """What doctor says about one thing."""
    every = json.loads(ground.call("doctor", "--json").out)["findings"]
    return [one for one in every if one["check"] == check]


def test_a_secret_in_a_file_of_both_environments_is_noticed(ground):
    ground.service("    env_file: [common.env, .env.prod]\n")
    ground.write("common.env", "API_TOKEN=one-for-all\nCOLOUR=blue\n")
    ground.write(".env.prod", "APP_SECRET=of-prod\n")
    ground.write(".env.dev", "OTHER_SECRET=of-dev\n")
    said = {one["what"]: one["remedy"] for one in found(ground, "secrets")}
    common = "API_TOKEN of dev is from a file of `env_file:` and has the same value as API_TOKEN"
    assert any(what.startswith(common) for what in said)
    assert any("APP_SECRET of dev" in what and "APP_SECRET of prod" in what for what in said)
    assert len(said) == 2
    assert "of-prod" not in str(said)
    assert "one-for-all" not in str(said)
    ground.edit("compose.yaml", "    env_file: [common.env, .env.prod]\n", "")
    assert found(ground, "secrets") == []


def test_a_service_that_was_never_made_is_shown_as_absent(ground):
    assert ground.call(*UP).code == 0
    ground.service(UNWELL.replace("unwell", "first"))
    ground.service(AFTER)
    assert ground.call(*UP).code == 4
    dev = json.loads(ground.call("status", "--json").out)["environments"]["dev"]
    assert dev["present"]
    assert list(dev["services"]) == ["after", "first", "web"]
    assert dev["services"]["after"]["state"] == "absent"
    assert dev["services"]["after"]["healthy"] is None
    assert dev["services"]["after"]["drift"].startswith("create: ")
    assert "absent" in ground.call("status").out.partition("after")[2].partition("\n")[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs users of their own, so root")
@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o644), (0o711, 0o644), (0o755, 0o600)])
def test_a_folder_that_its_services_cannot_read_is_told_and_opened(ground, folder, file):
    ground.write("word.py", "")
    ground.edit("web.py", "import os", "import os\nimport word")
    ground.edit("compose.yaml", "python -I -S web.py", "python web.py")
    for name in ("web.py", "word.py"):
        (ground.folder / name).chmod(file)
    ground.folder.chmod(folder)
    said = ground.call(*UP)
    assert said.code == 4
    words = " ".join(said.err.split())
    assert f"its user cannot read {ground.folder if file == 0o644 else 'web.py, word.py'}" in words
    (one,) = found(ground, "access")
    assert one["level"] == "wrong"
    ground.write(".env.dev", "KEPT=closed").chmod(0o600)
    subprocess.run(["sh", "-c", one["remedy"].split("`")[1]], check=True)
    assert (ground.folder / ".env.dev").stat().st_mode & 0o077 == 0
    assert found(ground, "access") == []
    assert ground.call(*UP).code == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs users of their own, so root")
def test_a_part_that_is_closed_is_a_warning(ground):
    ground.write("app/deep/main.py", "").chmod(0o600)
    ground.write("server.key", "").chmod(0o600)
    (one,) = found(ground, "access")
    assert one["level"] == "warning"
    assert "cannot read app in" in one["what"]


def test_an_edited_compose_file_restarts_what_it_is_about(ground):
    ground.service("  built:\n    build: .\n    x-partywall: {run: sleep 1000}\n")
    assert ground.call(*UP).code == 0
    ground.edit("compose.yaml", "hello", "other")
    ground.settings("services: {web: {memory: 64M}}\n")
    steps = json.loads(ground.call("plan", "dev", "--json").out)["steps"]
    assert [step["key"] for step in steps] == ["dev/web"]
    ground.write("more.py", "")
    steps = json.loads(ground.call("plan", "dev", "--json").out)["steps"]
    assert [step["key"] for step in steps] == ["dev/built", "dev/web"]


def test_an_open_env_file_is_found_by_proof_and_doctor(ground):
    ground.service(
        """\
  keeper:
    image: small
    env_file: ["keeper.${PARTYWALL_ENVIRONMENT}.env"]
    x-partywall: {run: sleep 1000}
"""
    )
    for name in ("prod", "dev"):
        ground.write(f"keeper.{name}.env", f"API_TOKEN=token-of-{name}-1234\n").chmod(0o644)
        ground.write(f".env.{name}", f"WEB_SECRET=secret-of-{name}-1234\n").chmod(0o644)
    assert ground.call("up", "--yes").code == 0
    assert _opened(ground) == {".env.dev", ".env.prod", "keeper.dev.env", "keeper.prod.env"}
    said = ground.call("doctor")
    assert said.code == 1
    assert "keeper.prod.env can be read by other users" in said.out
    for path in ground.folder.glob("*env*"):
        path.chmod(0o600)
    assert not _opened(ground)


def _opened(ground: Ground) -> set[str]:
    """The secret files that some environment could open, by name."""
    said = json.loads(ground.call("prove", "--json").out)["probes"]
    crossed = [
        one["answer"] for one in said if one["probe"] == "secrets" and one["verdict"] == "crossed"
    ]
    words = " ".join(crossed).replace(",", " ").split()
    return {Path(word).name for word in words if word.startswith("/")}


def test_a_copy_of_a_folder_is_told_from_the_original(ground):
    assert ground.call("up", "--yes").code == 0
    copy = ground.folder.with_name("copy")
    # A copy of everything but sockets, as `cp -r` makes it.
    ignored = shutil.ignore_patterns("admin", "[0-9]*[0-9]")
    shutil.copytree(ground.folder, copy, symlinks=True, ignore=ignored)
    for words in (("status",), ("down", "prod", "--yes"), ("destroy", "--all", "--yes")):
        said = ground.call("-C", str(copy), *words)
        assert said.code == 3
        assert f"this folder is a copy of {ground.folder}" in said.what
        assert "remove .partywall" in said.part("do")
    assert ground.page("small.localhost")
    assert ground.changes() == 0


def test_a_folder_that_was_moved_is_no_copy(ground):
    assert ground.call("up", "dev", "--yes").code == 0
    assert ground.call("down", "--all", "--yes").code == 0
    moved = ground.folder.with_name("moved")
    ground.folder.rename(moved)
    try:
        assert ground.call("-C", str(moved), "up", "dev", "--yes").code == 0
    finally:
        assert ground.call("-C", str(moved), "destroy", "--all", "--yes").code == 0
        # A Caddy that was ending may have written its last line where it began.
        shutil.rmtree(ground.folder, ignore_errors=True)
        moved.rename(ground.folder)


def test_a_secret_that_two_environments_share_is_named_before(ground):
    ground.service(TELLS.replace("exit 1", "sleep 1000"))
    for name in ("prod", "dev"):
        ground.write(f".env.{name}", "API_TOKEN=the-same-for-both-1\n").chmod(0o600)
    notes = json.loads(ground.call("plan", "--json").out)["notes"]
    assert "the same in prod and dev, and so no secret between them: API_TOKEN" in notes


def test_destroy_says_what_it_leaves(ground):
    ground.service(WRITES.replace("./kept:", "./kept-${PARTYWALL_ENVIRONMENT}:"))
    (ground.folder / "kept-dev").mkdir()
    assert ground.call(*UP).code == 0
    notes = json.loads(ground.call("destroy", "dev", "--dry-run", "--json").out)["notes"]
    assert "./kept-dev stays: it is a folder of yours, with what was written into it" in notes
