"""Previews in servers that all share, by port and on a budget: nobody notices them come and go."""

from __future__ import annotations

import http.client
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing

import pytest

from partywall.data.mqtt.wire import PORT, Session
from scenarios.boxes import docker
from scenarios.branched import Branched, changed
from scenarios.installation import APPS, free_ports
from scenarios.load import Load

pytestmark = [pytest.mark.scenario, pytest.mark.docker, pytest.mark.timeout(600)]

NAME = "feature-x"
POINT = {
    "architecture": "branches + limits", "database": "database", "cache": "keyspace",
    "broker": "topics", "route": "port",
}  # fmt: skip


def environments(memory: str) -> dict[str, object]:
    return {"prod": {}, "dev": {"protected": False, "limits": {"memory": memory, "cpus": 0.5}}}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branched]:
    """One cache, one broker and one database server for a branch each; it is up."""
    folder = tmp_path_factory.mktemp("previews")
    http_port, https = free_ports()
    edge = {"http": http_port, "https": https}
    made = Branched(folder, f"pv{http_port}", folder / "commons", edge)
    compose = (APPS / "together" / "compose.yaml").read_text()
    made.commit("main", "servers for all", {"compose.yaml": compose})
    for branch in ("develop", "feature/x"):
        made.git("branch", branch, "main")
    made.settings(**POINT, environments=environments("64M"))
    try:
        made.call("up", "--yes")
        yield made
    finally:
        made.settings(**POINT)
        made.close()


def server(one: Branched, service: str, *words: str) -> set[str]:
    return set(docker("exec", f"{one.name}-shared-{service}-1", *words))


def ask(one: Branched, text: str) -> set[str]:
    return server(one, "db", "psql", "-h", "127.0.0.1", "-U", "app", "-Atc", text)


def known(one: Branched) -> dict[str, set[str]]:
    """Whom and what the servers know that all share, and since when they stand."""
    names = docker("ps", "--filter", f"name={one.name}-shared-", "--format", "{{.Names}}")
    names += docker("ps", "--filter", f"name={one.name}-prod-", "--format", "{{.Names}}")
    users = server(one, "mqtt", "sh", "-c", "cat /mosquitto/data/.partywall/*")
    return {
        "database": ask(one, "SELECT datname FROM pg_database"),
        "role": ask(one, "SELECT rolname FROM pg_roles"),
        "key": server(one, "cache", "redis-cli", "--scan"),
        "user of the cache": server(one, "cache", "redis-cli", "ACL", "USERS"),
        "user of the broker": set(re.findall(rf"{one.name}-[a-z-]+", " ".join(users))),
        "container": set(docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", *names)),
    }


def told(one: Branched) -> dict[str, str]:
    """What the preview's page has been told."""
    lines = one.call("exec", NAME, "web", "--yes", "--", "env").out.splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def broker(one: Branched) -> Session:
    """The preview's own session."""
    form = f'{{{{(index .NetworkSettings.Networks "{one.name}-{NAME}_default").IPAddress}}}}'
    [host] = docker("inspect", "--format", form, f"{one.name}-shared-mqtt-1")
    said = told(one)
    return Session(host, PORT, said["MQTT_USERNAME"], said["MQTT_PASSWORD"])


def keep_something_everywhere(one: Branched) -> None:
    said = told(one)
    login = said["REDIS_URL"].partition("://")[2].partition("@")[0].split(":")
    words = ("--user", login[0], "--pass", login[1], "set", f"{NAME}:kept", "1")
    assert "OK" in server(one, "cache", "redis-cli", "--no-auth-warning", *words)
    url = said["DATABASE_URL"].replace("@db:", "@127.0.0.1:")
    server(one, "db", "psql", url, "-c", "CREATE TABLE kept AS SELECT 1")
    with broker(one) as session:
        session.publish(f"{NAME}/kept", b"1", retain=True)
        session.publish(f"{NAME}/also/kept", b"1", retain=True)
        assert len(session.kept(f"{NAME}/#")) == 2
        session.leave()


def visited(one: Branched) -> int:
    """The status of the preview's first page, at its own host and production's port."""
    password = one.call("env", NAME, "PARTYWALL_PASSWORD", "--reveal").out.strip()
    said = b64encode(f"{NAME}:{password}".encode()).decode()
    host = f"{NAME}.{one.name}.localhost:{one.port}"
    assert one.document("status")["environments"][NAME]["url"] == f"http://{host}"
    with closing(http.client.HTTPConnection("127.0.0.1", one.port, timeout=20)) as connection:
        connection.request("GET", "/", headers={"Host": host, "Authorization": f"Basic {said}"})
        return connection.getresponse().status


def test_a_budget_that_the_machine_cannot_hold_is_refused_before_anything(one: Branched) -> None:
    before = one.counted()
    one.settings(environments=environments("900G"))
    refused = one.call("preview", "feature/x", code=3).err
    one.settings(environments=environments("64M"))
    assert "budgets of memory add up to" in refused
    assert changed(before, one.counted()) == {}


def test_one_comes_twice_and_goes_twice_and_nothing_is_left(one: Branched) -> None:
    before, shared = one.counted(), known(one)
    with Load(one.port, f"{one.name}.localhost", None, 200) as visitors:
        one.call("preview", "feature/x")
        assert visited(one) == 200
        keep_something_everywhere(one)
        assert len(one.counted()["group"] - before["group"]) >= 1
        docker("stop", f"{one.name}-shared-db-1")
        refused = one.call("preview", "remove", NAME, code=3).err
        docker("start", f"{one.name}-shared-db-1")
        assert "shared/db, which has data of feature-x, does not run" in refused
        shared["container"] = known(one)["container"]
        one.call("preview", "remove", NAME)
        assert known(one) == shared
        assert changed(before, one.counted()) == {}

        one.call("preview", "feature/x", "--ttl", "1s")
        with broker(one) as session:
            assert session.kept(f"{NAME}/#") == []
            session.leave()
        assert "its time was over" in one.call("reap").err
    assert visitors.failed == []
    assert known(one) == shared
    assert changed(before, one.counted()) == {}
    assert "no changes" in one.call("up", "--yes").out
