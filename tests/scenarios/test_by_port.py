"""One domain, a port for each environment: from nothing to nothing, on both engines."""

from __future__ import annotations

import http.client
import os
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.boxes import Boxes
from scenarios.installation import MAKAPIX, Installation, free_ports, tiny

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(600)]


def ask(port: int, host: str, password: str = "", come_from: str = "127.0.0.1") -> tuple[int, str]:
    """The first page of a host at a port of the edge; status 0 when nothing comes back."""
    said = {"Host": f"{host}:{port}"}
    if password:
        said["Authorization"] = f"Basic {b64encode(f'dev:{password}'.encode()).decode()}"
    connection = http.client.HTTPConnection("127.0.0.1", port, 20, source_address=(come_from, 0))
    try:
        connection.request("GET", "/", headers=said)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def port_of(installation: Installation | Boxes, environment: str) -> int:
    url = installation.document("status")["environments"][environment]["url"]
    return int(url.rpartition(":")[2])


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Installation]:
    """The small app at one domain, not yet up."""
    with tiny(tmp_path, architecture="ports") as installation:
        yield installation


class Visitors:
    """People on production's page, who count how often it fails them."""

    def __init__(self, port: int, host: str, body: str) -> None:
        self.answers: list[bool] = []
        self._asked = lambda: ask(port, host) == (200, body)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._visit)

    def _visit(self) -> None:
        while not self._over.is_set():
            self.answers.append(self._asked())

    def __enter__(self) -> Visitors:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)
        assert len(self.answers) > 20
        assert all(self.answers), f"{self.answers.count(False)} of {len(self.answers)} failed"


def test_development_comes_and_goes_at_its_port_and_production_never_fails(small):
    small.call("up", "prod", "--yes")
    main, port, host = small.http_port, port_of(small, "dev"), "tiny.localhost"
    assert port_of(small, "prod") == main != port
    assert ask(port, host)[0] == 404, "its port is taken from the start"
    prod = small.processes("prod")

    with Visitors(main, host, "prod says hello\n"):
        small.call("up", "dev", "--yes")
        password = small.env("dev")["PARTYWALL_PASSWORD"]
        assert ask(port, host)[0] == 401
        assert ask(port, host, password) == (200, "dev says hello\n")
        assert "no changes" in small.call("up", "--yes").out
        small.call("down", "dev", "--yes")
        assert ask(port, host)[0] == 404
    assert small.processes("prod") == prod

    small.call("up", "dev", "--yes")
    assert port_of(small, "dev") == port
    small.call("destroy", "--all", "--yes")
    assert small.left() == []


def test_a_port_that_comes_later_is_taken_in_the_open_and_only_for_all(small):
    small.call("up", "--yes")
    path = small.folder / "partywall.yaml"
    before = path.read_text()
    path.write_text(before.replace("  prod: {}\n", "  prod: {}\n  stage: {protected: false}\n"))
    port = port_of(small, "stage")
    assert port_of(small, "dev") != port
    refused = small.call("up", "stage", "--yes", code=3)
    assert f"does not listen on port {port} yet" in " ".join(refused.err.split())
    assert "partywall.yaml:" in refused.err
    said = small.call("up", "--yes")
    assert f"the edge begins to listen on {port}" in " ".join(said.text.split())
    assert ask(port, "tiny.localhost") == (200, "stage says hello\n")
    path.write_text(before)
    small.call("destroy", "stage", "--yes")


def test_two_environments_cannot_have_one_port(small):
    path = small.folder / "partywall.yaml"
    said = path.read_text()
    path.write_text(said.replace("  dev:\n", f"  dev:\n    port: {small.http_port}\n"))
    refused = small.call("plan", code=2)
    assert "`edge.http` has it" in " ".join(refused.err.split())
    assert "partywall.yaml:" in refused.err


def test_only_listed_addresses_reach_development(small):
    path = small.folder / "partywall.yaml"
    said = path.read_text()
    path.write_text(said.replace("  dev:\n", "  dev:\n    allow: [127.0.0.2]\n"))
    small.call("up", "--yes")
    port, host = port_of(small, "dev"), "tiny.localhost"
    assert ask(port, host)[0] == 0
    assert ask(port, host, come_from="127.0.0.2")[0] == 401
    assert ask(small.http_port, host)[0] == 200
    found = [
        one for one in small.document("doctor", code=None)["findings"] if str(port) in str(one)
    ]
    assert [one["remedy"] for one in found] == ["say `edge: {bind: 0.0.0.0}` to open it"]
    shown = small.document("prove", code=None)["probes"]
    (limit,) = [one for one in shown if "which `allow` does not name" in one["tried"]]
    assert (limit["to"], limit["verdict"]) == ("dev", "held")
    assert any("`allow` does not name 127.0.0.1" in one["answer"] for one in shown)


def test_the_reference_app_proves_that_no_session_is_good_at_the_other_port(tmp_path):
    folder = tmp_path / "makapix"
    club = Installation(MAKAPIX, folder, {"project": "club", "architecture": "ports"})
    try:
        club.call("up", "--yes")
        report = club.document("prove", code=None)["probes"]
        tried = [one for one in report if one["probe"] in ("session", "http")]
        assert {one["verdict"] for one in tried} <= {"held", "shared by design"}, tried
        kept = [one for one in tried if "app read a cookie that a browser has" in one["tried"]]
        assert [(one["from"], one["to"], one["verdict"]) for one in kept] == [
            ("prod", "dev", "held"),
            ("dev", "prod", "held"),
        ]
        vault = club.call("env", "dev", "PARTYWALL_URL_VAULT", "--reveal").out.strip()
        assert vault == f"http://vault.club.localhost:{port_of(club, 'dev')}"
    finally:
        club.close()


@pytest.mark.docker
def test_in_containers_the_same_and_the_caller_s_address_is_seen(tmp_path):
    http_port, https_port = free_ports()
    box = Boxes(
        tmp_path, f"port{os.getpid()}", tmp_path / "commons",
        {"http": http_port, "https": https_port},
    )  # fmt: skip
    box.settings(
        architecture="ports",
        environments={"prod": {}, "dev": {"protected": False, "allow": ["127.0.0.2"]}},
    )
    host = f"{box.name}.localhost"
    try:
        box.call("up", "prod", "--yes")
        port = port_of(box, "dev")
        with Visitors(http_port, host, "prod says hello"):
            box.call("up", "dev", "--yes")
            assert ask(port, host, come_from="127.0.0.2") == (200, "dev says hello")
            assert ask(port, host)[0] == 0
            assert "no changes" in box.call("up", "--yes").out
            box.call("down", "dev", "--yes")
            assert ask(port, host)[0] == 404
        box.call("up", "dev", "--yes")
        assert ask(port, host, come_from="127.0.0.2")[0] == 200
    finally:
        box.close()


@pytest.mark.docker
def test_the_edge_chooses_no_port_that_the_app_takes(tmp_path):
    box = Boxes(tmp_path, f"taken{os.getpid()}", tmp_path / "commons", {"http": 0})
    box.settings(edge={"tls": "off"}, architecture="ports")
    (box.folder / "compose.override.yaml").write_text(
        'services: {cache: {ports: ["8080:6379", "${OWN:-18081}:6380"]}}\n'
    )
    assert box.steps("plan")["prod/cache"] == "create"
    assert not {port_of(box, "prod"), port_of(box, "dev")} & {8080, 18081}
