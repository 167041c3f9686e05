"""Servers that all environments use, in containers: what each can do there, and what it cannot."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from partywall.data.mqtt import control
from partywall.proof.inside import broker, cache, database
from partywall.proof.inside.resp import Connection
from partywall.proof.probes.broker import patterns
from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS, free_ports
from scenarios.sessions import inherited
from scenarios.smuggling import let_forward, smuggled
from scenarios.walls import crossed, proved, table

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

PORTS = {"cache": 6379, "mqtt": 1883, "db": 5432}
BY = {"architecture": "shared", "database": "database"}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """A project with one cache, one broker and one PostgreSQL server; it is up."""
    folder = tmp_path_factory.mktemp("shared")
    http, https = free_ports()
    made = Boxes(folder, f"box{os.getpid()}s", folder / "commons", {"http": http, "https": https})
    shutil.copy(APPS / "together" / "compose.yaml", made.folder / "compose.yaml")
    made.settings(**BY)
    try:
        made.call("up", "--yes")
        yield made
    finally:
        made.settings(**BY)
        made.close()
        assert not (made.commons / "vaults").exists()


def inspected(one: Boxes, unit: str, service: str) -> dict[str, Any]:
    """What the engine says of a container."""
    words = docker("inspect", "--format", "{{json .}}", f"{one.name}-{unit}-{service}-1")
    found: dict[str, Any] = msgspec.json.decode(" ".join(words))
    return found


def variables(one: Boxes, environment: str) -> dict[str, str]:
    """What an environment's web service has been told."""
    lines = one.call("exec", environment, "web", "--yes", "--", "env").out.splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def ask(one: Boxes, environment: str, service: str, **more: Any) -> dict[str, Any]:
    """Where an environment finds a server, and its login there."""
    networks = inspected(one, "shared", service)["NetworkSettings"]["Networks"]
    host = networks[f"{one.name}-{environment}_default"]["IPAddress"]
    told = variables(one, environment)
    if service == "mqtt":
        user, password = told["MQTT_USERNAME"], told["MQTT_PASSWORD"]
    else:
        url = told["REDIS_URL" if service == "cache" else "DATABASE_URL"]
        user, password = url.partition("://")[2].partition("@")[0].split(":")
    login = {"host": host, "port": PORTS[service], "user": user, "password": password}
    return {**login, **more}


def inside(one: Boxes, environment: str, script: str, code: int = 0) -> str:
    """What a shell says that an environment's web service runs among its files."""
    words = ("exec", environment, "web", "--yes", "--", "sh", "-c", f"cd /vault && {script}")
    return one.call(*words, code=code).text


def started(one: Boxes) -> dict[str, str]:
    """When everything began that is not development's."""
    units = [("shared", "cache"), ("shared", "mqtt"), ("shared", "db"), ("prod", "web")]
    found = {f"{u}/{s}": inspected(one, u, s) for u, s in units}
    return {key: said["Id"] + said["State"]["StartedAt"] for key, said in found.items()}


def redis(one: Boxes, environment: str, *words: str) -> Any:
    """Ask the cache as an environment."""
    login = ask(one, environment, "cache")
    with Connection(login["host"], login["port"]) as connection:
        connection.call("AUTH", login["user"], login["password"])
        return connection.call(*words)


def sql(one: Boxes, environment: str, text: str, base: str = "") -> list[Any]:
    """Ask the database server as an environment."""
    login = ask(one, environment, "db")
    with psycopg.connect(
        host=login["host"], user=login["user"], password=login["password"],
        dbname=base or login["user"], autocommit=True, connect_timeout=5,
    ) as connection:  # fmt: skip
        done = connection.execute(text)
        return done.fetchall() if done.description else []


def test_up_twice_says_no_changes_and_each_server_stands_once(one: Boxes) -> None:
    assert "no changes" in one.call("up", "--yes").out
    status = one.document("status")
    assert set(status["shared"]) == {"cache", "mqtt", "db"}
    assert set(status["environments"]["dev"]["services"]) == {"web"}
    assert status["environments"]["dev"]["healthy"] is True


def test_environments_meet_in_no_network_and_nothing_leads_through(one: Boxes) -> None:
    names = {unit: f"{one.name}-{unit}_default" for unit in ("shared", "prod", "dev")}
    for unit in ("prod", "dev"):
        assert set(inspected(one, unit, "web")["NetworkSettings"]["Networks"]) == {names[unit]}
    for service in PORTS:
        said = inspected(one, "shared", service)
        assert set(said["NetworkSettings"]["Networks"]) == set(names.values())
        assert said["HostConfig"]["Sysctls"] == {"net.ipv4.ip_forward": "0"}


def test_nothing_is_led_through_a_server_that_stands_in_both_networks(one: Boxes) -> None:
    thief, target = inspected(one, "dev", "web"), inspected(one, "prod", "web")
    for service in PORTS:
        assert not smuggled(thief, inspected(one, "shared", service), target), service
    cache = inspected(one, "shared", "cache")
    let_forward(cache, on=True)
    try:
        assert smuggled(thief, cache, target), "it could not have arrived at all"
    finally:
        let_forward(cache, on=False)


def test_the_name_of_the_service_leads_to_the_shared_server(one: Boxes) -> None:
    for environment in ("prod", "dev"):
        look = "import socket; print(socket.gethostbyname('cache'))"
        words = ("exec", environment, "web", "--yes", "--", "python", "-c", look)
        assert one.call(*words).out.strip() == ask(one, environment, "cache")["host"]


def test_a_hostile_client_of_the_cache_is_denied_everything(one: Boxes) -> None:
    redis(one, "prod", "SET", "prod:kept", "secret")
    redis(one, "dev", "SET", "dev:own", "1")
    said = cache.trespass(
        ask(one, "dev", "cache", own="dev:x", key="prod:kept", channel="prod:news")
    )
    assert said["outcome"] == "refused", said
    assert redis(one, "prod", "GET", "prod:kept") == "secret"
    assert redis(one, "dev", "GET", "dev:own") == "1"


def test_a_hostile_client_of_the_broker_hears_and_says_nothing_beyond_its_topics(
    one: Boxes,
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


def test_members_of_a_foreign_shared_subscription_steal_no_messages(one: Boxes) -> None:
    prod, dev = ask(one, "prod", "mqtt"), ask(one, "dev", "mqtt")
    with broker.Session(prod) as worker, broker.Session(dev) as thief, broker.Session(prod) as app:
        worker.subscribe("$share/workers/prod/jobs")
        thief.ask_for("$share/workers/prod/jobs")
        thief.subscribe("dev/#")
        assert worker.subscribe("$share/others/prod/more")
        for number in range(10):
            app.publish("prod/jobs", str(number))
        worker.hears("prod/nothing", 1.0)
        assert not thief.heard
        assert len(worker.heard) == 10


def test_a_hostile_client_of_the_database_server_gets_at_nothing(one: Boxes) -> None:
    theirs = ask(one, "prod", "db")["user"]
    sql(one, "prod", "CREATE TABLE IF NOT EXISTS kept AS SELECT 'secret' AS word")
    said = database.trespass(
        ask(one, "dev", "db", database=ask(one, "dev", "db")["user"], other=theirs, theirs=theirs)
    )
    assert said["outcome"] == "refused", said
    for base in (theirs, "app", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            sql(one, "dev", "SELECT 1", base)
    sql(one, "dev", "CREATE TABLE mine (word text)")
    assert sql(one, "prod", "SELECT word FROM kept") == [("secret",)]


WAYS = (
    "cat ../prod/kept",
    "cat {vault}/prod/kept",
    "ln -s ../prod/kept up && cat up",
    "ln -s {vault}/prod/kept far && cat far",
    "ln {vault}/prod/kept hard",
    "ls .. | grep -x prod",
    "mv mine ../prod/forged",
)
"""Ways from development's folder to production's, which is beside it."""


def test_a_hostile_program_does_not_get_out_of_its_folder_of_the_vault(one: Boxes) -> None:
    vault = one.commons / "vaults" / one.name / "vault"
    inside(one, "prod", "echo secret > kept")
    home = "echo 1 > mine; ln mine hard; ln -s ../vault/mine soft; cat hard soft; rm hard soft"
    assert inside(one, "dev", home).split() == ["1", "1"]
    for way in WAYS:
        said = inside(one, "dev", way.format(vault=vault), code=1)
        assert "secret" not in said, way
    assert inside(one, "dev", "rm up far; ls").split() == ["mine"]
    assert {path.name for path in vault.iterdir()} == {"prod", "dev"}
    assert [path.name for path in (vault / "prod").iterdir()] == ["kept"]
    assert vault.stat().st_mode & 0o077 == 0


def test_the_proof_says_what_holds_and_what_is_shared(one: Boxes) -> None:
    probes = one.document("prove")["probes"]
    walls = ("cache", "broker", "vault")
    told = {(p["probe"], p["verdict"]) for p in probes if p["probe"] in walls}
    assert told == {(n, v) for n in walls for v in ("held", "shared by design")}
    assert not [p for p in probes if p["verdict"] == "crossed"]


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param(
            ("subscribePattern", "publishClientReceive"),
            marks=pytest.mark.sabotage("broker", "one broker: a user may hear every topic"),
        ),
        pytest.param(
            ("publishClientSend",),
            marks=pytest.mark.sabotage("broker", "one broker: a user may say what it likes"),
        ),
    ],
    ids=["hear", "say"],
)
def test_a_right_to_every_topic_is_found(one: Boxes, kinds: tuple[str, ...]) -> None:
    login = ask(one, "prod", "mqtt")
    stored = json.loads((one.home / "secrets" / "shared.json").read_text())
    (admin,) = stored["PARTYWALL_ADMIN_MQTT"].values()
    role = {"rolename": f"{one.name}-dev", "topic": "#"}
    rules = [{**role, "acltype": kind} for kind in kinds]

    def tell(command: str, **more: Any) -> None:
        with control.opened(login["host"], login["port"], admin) as session:
            said = control.told(session, *({"command": command, **one, **more} for one in rules))
            assert not [answer.error for answer in said if answer.error], said

    tell("addRoleACL", priority=1, allow=True)
    try:
        report = proved(one.folder, "broker", commons=one.commons)
    finally:
        tell("removeRoleACL")
    assert crossed(report) == {("broker", "dev", "prod")}, table(report)
    assert crossed(proved(one.folder, "broker", commons=one.commons)) == set()


def test_users_are_there_after_a_restart_of_their_server(one: Boxes) -> None:
    names = [f"{one.name}-shared-{service}-1" for service in PORTS]
    docker("restart", "--time", "5", *names)
    one.call("up", "--yes")
    assert redis(one, "dev", "SET", "dev:again", "1") == "OK"
    assert broker.login(ask(one, "dev", "mqtt"))["outcome"] == "authenticated"
    assert "no changes" in one.call("up", "--yes").out


def test_a_user_or_a_way_that_was_taken_away_is_seen_and_mended(one: Boxes) -> None:
    name = f"{one.name}-shared-cache-1"
    docker("exec", name, "redis-cli", "ACL", "DELUSER", f"{one.name}-dev")
    assert one.steps("plan", "dev") == {"dev/keyspace/cache": "repair"}
    one.call("up", "dev", "--yes")
    docker("network", "disconnect", f"{one.name}-dev_default", name)
    assert one.steps("plan", "dev") == {"dev/keyspace/cache": "repair"}
    before = started(one)
    one.call("up", "dev", "--yes")
    assert started(one) == before
    assert "no changes" in one.call("up", "--yes").out


def test_nothing_shared_and_nothing_of_production_restarts_when_development_comes_and_goes(
    one: Boxes,
) -> None:
    before = started(one)
    redis(one, "prod", "SET", "prod:stays", "1")
    redis(one, "dev", "SET", "dev:goes", "1")
    one.call("down", "dev", "--yes")
    one.call("up", "dev", "--yes")
    assert redis(one, "dev", "GET", "dev:goes") == "1"
    one.call("destroy", "dev", "--yes")
    users = docker("exec", f"{one.name}-shared-cache-1", "redis-cli", "ACL", "USERS")
    assert set(users) == {"default", f"{one.name}-prod"}
    networks = inspected(one, "shared", "cache")["NetworkSettings"]["Networks"]
    assert f"{one.name}-dev_default" not in networks
    one.call("up", "dev", "--yes")
    assert redis(one, "dev", "GET", "dev:goes") is None
    assert redis(one, "prod", "GET", "prod:stays") == "1"
    assert started(one) == before
    assert "no changes" in one.call("up", "--yes").out


def test_only_developments_folder_goes_to_the_trash_and_it_comes_back(one: Boxes) -> None:
    before = started(one)
    inside(one, "prod", "echo stays > kept")
    inside(one, "dev", "echo first > kept")
    one.call("destroy", "dev", "--yes")
    one.call("up", "dev", "--yes")
    assert inside(one, "dev", "ls") == ""
    inside(one, "dev", "echo second > kept")
    first = one.trash()["dev/filespace/vault"]
    one.call("destroy", "dev", "--yes")
    one.call("trash", "restore", first)
    one.call("up", "dev", "--yes")
    assert inside(one, "dev", "cat kept").split() == ["first"]
    assert inside(one, "prod", "cat kept").split() == ["stays"]
    assert started(one) == before
    assert "no changes" in one.call("up", "--yes").out


def test_a_volume_that_was_pruned_is_made_again_on_its_folder(one: Boxes) -> None:
    one.call("down", "dev", "--yes")
    mine = one.home / "docker" / "volumes.json"
    name = msgspec.json.decode(mine.read_bytes())["dev/filespace/vault"]
    docker("volume", "rm", name, f"{one.name}-shared_vault")
    one.call("up", "--yes")
    assert inside(one, "dev", "cat kept").split() == ["first"]
    assert "no changes" in one.call("up", "--yes").out


def test_files_at_the_top_of_what_becomes_a_vault_are_seen(one: Boxes) -> None:
    other = Boxes(one.folder.parent, f"{one.name}t", one.commons, {"http": one.port})
    text = (APPS / "together" / "compose.yaml").read_text()
    options = "{driver_opts: {type: none, o: bind, device: ./files}}"
    (other.folder / "compose.yaml").write_text(text.replace("  vault:\n", f"  vault: {options}\n"))
    other.settings(**BY)
    (other.folder / "files" / "prod").mkdir(parents=True)
    assert other.steps("plan")["prod/filespace/vault"] == "create"
    (other.folder / "files" / "prod").rename(other.folder / "files" / "2019")
    assert "has 2019 in it: prod/filespace/vault would be empty" in other.call("plan", code=3).err


def test_files_are_not_left_behind_when_they_would_be_kept_elsewhere(one: Boxes) -> None:
    one.settings(files="folder")
    said = one.call("up", "dev", "--yes", code=3)
    assert "data in dev/filespace/vault would be left behind: dev/volume/vault" in said.err
    one.settings(files="subfolder")
    assert "no changes" in one.call("up", "--yes").out


def test_data_are_not_left_behind_when_the_architecture_changes(one: Boxes) -> None:
    one.settings(architecture="dual", database="server")
    said = one.call("up", "--yes", code=3)
    assert "would be left behind" in said.err
    one.settings(**BY)
    assert "no changes" in one.call("up", "--yes").out


def test_production_is_not_left_without_what_it_has_on_shared_servers(one: Boxes) -> None:
    before = started(one)
    said = one.call("leave", "--yes", code=3)
    assert "prod/keyspace/cache" in said.err
    assert started(one) == before


def test_what_is_rendered_runs_without_partywall(one: Boxes) -> None:
    for unit in ("shared", "prod", "dev"):
        one.compose(one.home / "rendered" / unit, "up", "-d", "--wait")
    assert redis(one, "dev", "SET", "dev:plain", "1") == "OK"
    assert inside(one, "dev", "cat kept").split() == ["first"]
    assert "no changes" in one.call("up", "--yes").out
