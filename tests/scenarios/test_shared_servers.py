"""Servers that all environments use, as processes: the reference app on one of each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from partywall.proof.inside import broker, cache, database
from partywall.proof.probes.broker import patterns
from scenarios.installation import MAKAPIX, Installation
from scenarios.sessions import inherited

pytestmark = pytest.mark.scenario

BY = {"architecture": "shared", "database": "database"}
HOST = "makapix.localhost"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The reference app on one cache, one broker and one PostgreSQL server; it is up."""
    made = Installation(MAKAPIX, tmp_path_factory.mktemp("shared") / "makapix", BY)
    try:
        made.call("up", "--yes")
        yield made
    finally:
        made.close()


def ask(one: Installation, environment: str, service: str, **more: Any) -> dict[str, Any]:
    """Where a server is, and an environment's login there."""
    host, port = one.address(f"shared/{service}")
    kind = {"cache": "CACHE", "mqtt": "BROKER", "db": "DATABASE"}[service]
    stored = json.loads((one.home / "secrets" / f"{environment}.json").read_text())
    password = stored[f"PARTYWALL_{kind}_PASSWORD"]["1"]
    user = f"makapix_{environment}" if service == "db" else f"makapix-{environment}"
    return {"host": host, "port": port, "user": user, "password": password, **more}


def test_the_app_works_and_everything_stands_once(one: Installation) -> None:
    assert one.get(HOST, "/api/posts")[0] == 200
    assert json.loads(one.call("status", "--json").out)["shared"].keys() == {"cache", "mqtt", "db"}
    assert one.steps("up", "--yes") == {}
    one.assert_clean()


def test_each_has_migrated_for_itself_and_how_far_is_compared(one: Installation) -> None:
    assert one.call("schema", "diff", "prod", "dev").out == "no differences\n"
    given = ask(one, "dev", "db")
    with psycopg.connect(
        host=given["host"], port=given["port"], user=given["user"], dbname="makapix_dev",
        password=given["password"], autocommit=True, connect_timeout=20,
    ) as connection:  # fmt: skip
        [(head,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        connection.execute("UPDATE alembic_version SET version_num = 'another'")
        said = one.call("schema", "diff", "prod", "dev", code=1).out
        connection.execute("UPDATE alembic_version SET version_num = %s", [head])
    assert f"migrations of Alembic: only prod has {head}; only dev has another" in said


def test_a_hostile_client_of_the_cache_is_denied_everything(one: Installation) -> None:
    for own, other in (("dev", "prod"), ("prod", "dev")):
        beyond = {
            "own": f"{own}:x",
            "key": f"{other}:gallery:edition",
            "channel": f"{other}:news",
        }
        said = cache.trespass(ask(one, own, "cache", **beyond))
        assert said["outcome"] == "refused", said


def test_the_app_keeps_to_its_prefix(one: Installation) -> None:
    """What its worker keeps alive is there under its own name: else it would not be healthy."""
    found = json.loads(one.call("status", "--json").out)["environments"]
    assert all(found[name]["services"]["worker"]["healthy"] for name in ("prod", "dev"))


def test_a_hostile_client_of_the_broker_hears_and_says_nothing_beyond_its_topics(
    one: Installation,
) -> None:
    prod, dev = ask(one, "prod", "mqtt"), ask(one, "dev", "mqtt")
    with broker.Session(prod) as session:
        session.subscribe("prod/#")
        session.publish("prod/kept", "secret", retain=True)
        given = {"patterns": patterns("dev/", "prod/", "prod/kept"), "home": "dev/here"}
        heard = broker.overhear({**dev, **given, "prefix": "dev/", "seconds": 1.0})
        assert (heard["outcome"], heard["canaries"]) == ("authenticated", 0)
        broker.intrude({**dev, "topic": "prod/forged"})
        assert not session.hears("prod/forged", 1.5)
        session.publish("prod/last", "x")
        assert session.hears("prod/last", 5.0)
    assert inherited(prod, dev) == []
    assert inherited(prod, prod) == ["prod/missed"]
    assert broker.login({**dev, "password": "another"})["outcome"] == "refused"


def test_a_hostile_client_of_the_database_server_gets_at_nothing(one: Installation) -> None:
    more = {"database": "makapix_dev", "other": "makapix_prod", "theirs": "makapix_prod"}
    said = database.trespass(ask(one, "dev", "db", **more))
    assert said["outcome"] == "refused", said
    for base in ("makapix_prod", "postgres", "template1"):
        said = database.read(ask(one, "dev", "db", database=base))
        assert said["outcome"] == "refused", (base, said)
        assert "CONNECT privilege" in said["says"]


@pytest.mark.skipif(os.geteuid() != 0, reason="one user reads all its files")
def test_each_has_a_folder_of_the_vault_and_nobody_has_the_vault(one: Installation) -> None:
    vault = one.home / "data" / "shared" / "vault"
    owners = {
        path.name: (path.stat().st_uid, path.stat().st_mode & 0o777) for path in vault.iterdir()
    }
    assert owners.keys() == {"prod", "dev"}
    assert {mode for _, mode in owners.values()} == {0o700}
    assert len({uid for uid, _ in owners.values()}) == 2
    assert (vault.stat().st_uid, vault.stat().st_mode & 0o777) == (0, 0o711)
    rows = json.loads(one.call("prove", "--json").out)["probes"]
    rows = [row for row in rows if row["probe"] == "vault"]
    assert {row["verdict"] for row in rows} == {"held", "shared by design"}, rows
    links = [row["answer"] for row in rows if " link" in row["tried"]]
    assert sorted("at home" in answer for answer in links) == [False, False, True, True], links
    assert sum("it follows no link at all" in answer for answer in links) == 2


def test_nothing_shared_restarts_when_development_comes_and_goes(one: Installation) -> None:
    before = one.processes("shared"), one.processes("prod")
    vault = one.home / "data" / "shared" / "vault"
    (vault / "prod" / "stays").write_text("1")
    (vault / "dev" / "goes").write_text("1")
    one.call("down", "dev", "--yes")
    one.call("up", "dev", "--yes")
    assert (vault / "dev" / "goes").exists()
    one.call("destroy", "dev", "--yes")
    assert {path.name for path in vault.iterdir()} == {"prod"}
    assert (vault / "prod" / "stays").exists()
    waits = json.loads(one.call("trash", "list", "--json").out)["trash"]
    [kept] = [each["id"] for each in waits if each["key"] == "dev/filespace/vault"]
    one.call("trash", "restore", kept)
    assert (vault / "dev" / "goes").exists()
    assert broker.login(ask(one, "dev", "mqtt"))["outcome"] == "refused"
    assert cache.read(ask(one, "dev", "cache"))["outcome"] == "refused"
    one.call("up", "dev", "--yes")
    assert (one.processes("shared"), one.processes("prod")) == before
    assert one.steps("up", "--yes") == {}


def test_users_are_there_after_a_power_cut(one: Installation) -> None:
    one.reboot()
    one.call("up", "--yes")
    for service, module in (("mqtt", broker), ("cache", cache)):
        key = {"key": "dev:scratch", "topic": "dev/scratch", "prefix": "dev/"}
        said = module.scratch(ask(one, "dev", service, **key))
        assert said["outcome"] == "authenticated", said
    assert one.get(HOST, "/api/posts")[0] == 200
    assert one.steps("up", "--yes") == {}


def test_data_are_not_left_behind_when_the_architecture_changes(one: Installation) -> None:
    path: Path = one.folder / "partywall.yaml"
    text = path.read_text()
    path.write_text(text.replace("architecture: shared\ndatabase: database\n", ""))
    try:
        assert "would be left behind" in one.call("up", "--yes", code=3).err
    finally:
        path.write_text(text)
    assert one.steps("up", "--yes") == {}
