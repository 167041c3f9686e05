"""A Compose file that somebody wrote for one machine comes up twice on it, and shares nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from scenarios.boxes import Boxes, docker
from scenarios.installation import free_ports

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

PAGE = """
import http.server, os, pathlib, socket
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with socket.create_connection(("old-cache", 6379), 5) as cache:
            cache.sendall(f"AUTH {os.environ['CACHE_PASSWORD']}\\r\\nINCR calls\\r\\n".encode())
            said = b""
            while said.count(b"\\r\\n") < 2:
                said += cache.recv(100)
        seen = pathlib.Path("/code/.env.prod").read_text() + pathlib.Path("/code/.env").read_text()
        body = said + seen.encode() + str(list(pathlib.Path("/code/.partywall").iterdir())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
"""
COMPOSE = """
services:
  web:
    image: python:3.12-slim
    container_name: old-web
    init: true
    stop_grace_period: 1s
    command: ["python", "/code/page.py"]
    ports: ["127.0.0.1:18431:8000"]
    environment: {CACHE_PASSWORD: a-word-for-everybody}
    volumes: [".:/code:ro"]
    depends_on: {cache: {condition: service_healthy}}
    networks: {back: {ipv4_address: 10.213.77.9}}
  cache:
    image: redis:7
    container_name: old-cache
    stop_grace_period: 1s
    command: redis-server --requirepass a-word-for-everybody
    ports: ["127.0.0.1:PORT:6379/tcp"]
    volumes: ["data:/data"]
    healthcheck: {test: redis-cli -a a-word-for-everybody ping | grep PONG, interval: 1s}
    networks: [back]
  beside:
    image: redis:7
    stop_grace_period: 1s
    command: redis-server --port 7000
    network_mode: service:cache
volumes: {data: {name: NAME-legacy}}
networks: {back: {name: NAME-back, ipam: {config: [{subnet: 10.213.77.0/24}]}}}
"""
SECRET = "a-word-for-everybody"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    folder = tmp_path_factory.mktemp("adopted")
    http_port, https_port = free_ports()
    edge = {"http": http_port, "https": https_port}
    one = Boxes(folder, f"old{http_port}", folder / "commons", edge)
    text = COMPOSE.replace("NAME", one.name).replace("PORT", str(free_ports()[0]))
    (one.folder / "compose.yaml").write_text(text)
    (one.folder / "page.py").write_text(PAGE)
    (one.folder / ".env").write_text("SHARED_SECRET=of-production\n")
    (one.folder / ".env.prod").write_text("PROD_SECRET=of-production\n")
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.close()


def inspected(adopted: Boxes, environment: str) -> dict[str, Any]:
    """Service → what the engine says of its container."""
    names = docker(
        "ps", "-q", "--filter", adopted.mark, "--filter", f"name={adopted.name}-{environment}-"
    )
    done = subprocess.run(["docker", "inspect", *names], capture_output=True, text=True, check=True)
    return {
        one["Config"]["Labels"]["com.docker.compose.service"]: one
        for one in json.loads(done.stdout)
    }


def test_the_engine_knows_of_nothing_that_both_have(adopted: Boxes) -> None:
    prod, dev = (inspected(adopted, name) for name in ("prod", "dev"))
    assert set(prod) == set(dev) == {"web", "cache", "beside"}
    for kind in (names, networks, volumes, addresses, ports):
        mine, theirs = (
            {thing for one in there.values() for thing in kind(one)} for there in (prod, dev)
        )
        assert mine or kind is ports, kind
        assert not mine & theirs, kind
    assert {thing for one in prod.values() for thing in ports(one)}
    assert not {thing for one in dev.values() for thing in ports(one)}
    assert SECRET in json.dumps(prod)
    assert SECRET not in json.dumps(dev)


def names(one: dict[str, Any]) -> list[str]:
    """What a container is called."""
    return [one["Name"], one["Id"]]


def networks(one: dict[str, Any]) -> list[str]:
    """The networks that it is in."""
    return [said["NetworkID"] for said in one["NetworkSettings"]["Networks"].values()]


def addresses(one: dict[str, Any]) -> list[str]:
    """Where it is reached."""
    every = [said["IPAddress"] for said in one["NetworkSettings"]["Networks"].values()]
    return [address for address in every if address]


def volumes(one: dict[str, Any]) -> list[str]:
    """The volumes that it has, and the folders that it may write to."""
    return [
        mount["Name"] if mount["Type"] == "volume" else mount["Source"]
        for mount in one["Mounts"]
        if mount["RW"] and mount["Type"] in {"volume", "bind"}
    ]


def ports(one: dict[str, Any]) -> list[str]:
    """What is published on the host."""
    return [
        said["HostPort"] for given in one["HostConfig"]["PortBindings"].values() for said in given
    ]


def test_each_speaks_to_its_own_by_the_names_and_secrets_it_was_written_with(
    adopted: Boxes,
) -> None:
    before = adopted.page("prod")
    assert "+OK" in before
    assert "of-production" in before
    for _ in range(3):
        page = adopted.page("dev")
    assert "+OK" in page
    assert ":3" in page
    assert ":2" in adopted.page("prod")


def test_development_sees_no_secret_of_production_in_the_folder_they_share(adopted: Boxes) -> None:
    page = adopted.page("dev")
    assert "of-production" not in page
    assert page.endswith("[]")
    assert "bound-secrets" in {
        one["kind"] for one in adopted.document("init", "--report")["findings"]
    }


def test_a_second_time_there_is_nothing_to_do_and_dev_goes_alone(adopted: Boxes) -> None:
    assert "no changes" in adopted.call("up", "--yes").out
    before = {name: one["Id"] for name, one in inspected(adopted, "prod").items()}
    adopted.call("destroy", "dev", "--yes")
    assert {name: one["Id"] for name, one in inspected(adopted, "prod").items()} == before
    assert "+OK" in adopted.page("prod")
